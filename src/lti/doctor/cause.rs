//! What can be wrong, each with a stable code. docs/MESSAGES.md explains them.

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Our public address is plain http.
    AddressInsecure,
    /// Our public address means this machine, and the platform is elsewhere.
    AddressLocal,
    /// We cannot reach ourselves by our public address.
    AddressUnseen,
    /// Something else than this tool answers there.
    AddressWrong,
    /// It leads elsewhere.
    AddressRedirects,
    /// There is no signing key.
    OurKeysMissing,
    /// The signing key does not open.
    OurKeySealed,
    /// The key set at our public address lacks the key that signs.
    OurKeysDiffer,
    /// Launches wait for approval.
    Pending,
    /// Launches are switched off.
    Disabled,
    /// A deployment waits for approval.
    DeploymentWaits,
    /// Nobody has launched.
    NoLaunches,
    /// Browsers block our cookies in the frame.
    CookiesBlocked,
    /// The last launches were refused.
    LaunchesRefused,
    /// The address guard says no.
    AddressRefused,
    /// No connection.
    Unreachable,
    /// It fails, or takes too long.
    Failing,
    /// The key set is not at the registered address.
    KeysAddressWrong,
    /// No key there is of use.
    KeysUnusable,
    /// The clocks are too far apart.
    ClockDiffers,
    /// The clocks are apart.
    ClockDrifts,
    /// Tokens are not at the registered address.
    TokenAddressWrong,
    /// The platform does not know us, or has us switched off.
    ClientUnknown,
    /// The platform cannot read our key set.
    OurKeysUnread,
    /// The platform checks with other keys than ours.
    OurKeysUnknown,
    /// The platform finds our time wrong.
    ClockRefused,
    /// The platform expects another audience.
    AudienceRefused,
    /// No token for another reason.
    TokenRefused,
    /// No right to send scores.
    NoScoreScope,
    /// No right to read results.
    NoResultScope,
    /// No right to see columns.
    NoColumnScope,
    /// No right to read the list of members.
    NoRosterScope,
    /// Something before it failed.
    NeedsToken,
    /// Launches name no grade service.
    ColumnsNotOffered,
    /// The tool is not available in this course.
    NotDeployed,
    /// Tokens are given and not taken.
    TokenNotAccepted,
    /// A service refuses us.
    Forbidden,
    /// The course is no more.
    CourseGone,
    /// The course is over.
    CourseConcluded,
    /// A service answers with something else.
    ServiceUnreadable,
    /// We ask too much.
    Throttled,
    /// No link of the course has a column.
    NoColumn,
    /// A test column was not asked for.
    TestNotAsked,
    /// We may read columns and not make them.
    TestReadOnly,
    /// No test column could be made.
    TestNotMade,
    /// It takes no scores.
    TestNotScored,
    /// It could not be removed.
    ColumnLeft,
    /// Launches name no list of members.
    RosterNotOffered,
    /// Nobody learns there.
    CourseEmpty,
    /// Grades were given up.
    GradesParked,
    /// Little is left of what we may ask.
    BudgetLow,
    /// LTI 1.1 has no services to ask.
    V1p1,
}

impl Cause {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Cause::AddressInsecure => "our_address_insecure",
            Cause::AddressLocal => "our_address_local",
            Cause::AddressUnseen => "our_address_unseen",
            Cause::AddressWrong => "our_address_wrong",
            Cause::AddressRedirects => "our_address_redirects",
            Cause::OurKeysMissing => "our_keys_missing",
            Cause::OurKeySealed => "our_key_sealed",
            Cause::OurKeysDiffer => "our_keys_differ",
            Cause::Pending => "registration_pending",
            Cause::Disabled => "registration_disabled",
            Cause::DeploymentWaits => "deployment_waits",
            Cause::NoLaunches => "launches_none",
            Cause::CookiesBlocked => "launches_cookies",
            Cause::LaunchesRefused => "launches_refused",
            Cause::AddressRefused => "address_refused",
            Cause::Unreachable => "lms_unreachable",
            Cause::Failing => "lms_failing",
            Cause::KeysAddressWrong => "lms_keys_address_wrong",
            Cause::KeysUnusable => "lms_keys_unusable",
            Cause::ClockDiffers => "clock_differs",
            Cause::ClockDrifts => "clock_drifts",
            Cause::TokenAddressWrong => "token_address_wrong",
            Cause::ClientUnknown => "client_unknown",
            Cause::OurKeysUnread => "our_keys_unread",
            Cause::OurKeysUnknown => "our_keys_unknown",
            Cause::ClockRefused => "clock_refused",
            Cause::AudienceRefused => "audience_refused",
            Cause::TokenRefused => "token_refused",
            Cause::NoScoreScope => "scope_score_missing",
            Cause::NoResultScope => "scope_result_missing",
            Cause::NoColumnScope => "scope_columns_missing",
            Cause::NoRosterScope => "scope_roster_missing",
            Cause::NeedsToken => "token_needed",
            Cause::ColumnsNotOffered => "columns_not_offered",
            Cause::NotDeployed => "tool_not_deployed",
            Cause::TokenNotAccepted => "token_not_accepted",
            Cause::Forbidden => "service_forbidden",
            Cause::CourseGone => "course_gone",
            Cause::CourseConcluded => "course_concluded",
            Cause::ServiceUnreadable => "service_unreadable",
            Cause::Throttled => "throttled",
            Cause::NoColumn => "column_missing",
            Cause::TestNotAsked => "test_column_not_asked",
            Cause::TestReadOnly => "test_column_read_only",
            Cause::TestNotMade => "test_column_not_made",
            Cause::TestNotScored => "test_column_not_scored",
            Cause::ColumnLeft => "test_column_left",
            Cause::RosterNotOffered => "roster_not_offered",
            Cause::CourseEmpty => "course_empty",
            Cause::GradesParked => "grades_parked",
            Cause::BudgetLow => "budget_low",
            Cause::V1p1 => "lti_v1p1",
        }
    }

    /// All of them.
    pub const ALL: [Cause; 52] = [
        Cause::AddressInsecure,
        Cause::AddressLocal,
        Cause::AddressUnseen,
        Cause::AddressWrong,
        Cause::AddressRedirects,
        Cause::OurKeysMissing,
        Cause::OurKeySealed,
        Cause::OurKeysDiffer,
        Cause::Pending,
        Cause::Disabled,
        Cause::DeploymentWaits,
        Cause::NoLaunches,
        Cause::CookiesBlocked,
        Cause::LaunchesRefused,
        Cause::AddressRefused,
        Cause::Unreachable,
        Cause::Failing,
        Cause::KeysAddressWrong,
        Cause::KeysUnusable,
        Cause::ClockDiffers,
        Cause::ClockDrifts,
        Cause::TokenAddressWrong,
        Cause::ClientUnknown,
        Cause::OurKeysUnread,
        Cause::OurKeysUnknown,
        Cause::ClockRefused,
        Cause::AudienceRefused,
        Cause::TokenRefused,
        Cause::NoScoreScope,
        Cause::NoResultScope,
        Cause::NoColumnScope,
        Cause::NoRosterScope,
        Cause::NeedsToken,
        Cause::ColumnsNotOffered,
        Cause::NotDeployed,
        Cause::TokenNotAccepted,
        Cause::Forbidden,
        Cause::CourseGone,
        Cause::CourseConcluded,
        Cause::ServiceUnreadable,
        Cause::Throttled,
        Cause::NoColumn,
        Cause::TestNotAsked,
        Cause::TestReadOnly,
        Cause::TestNotMade,
        Cause::TestNotScored,
        Cause::ColumnLeft,
        Cause::RosterNotOffered,
        Cause::CourseEmpty,
        Cause::GradesParked,
        Cause::BudgetLow,
        Cause::V1p1,
    ];
}
