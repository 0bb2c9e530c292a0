//! What a page says about a login or launch that opened no session. The token's details are for the administrator's log: one text
//! for every failed check tells an attacker nothing.

use super::web_link;
use crate::{
    app::{Reason, Refused},
    web::error::{COOKIES, NEW_WINDOW, OPERATOR, RELAUNCH, TEACHER, Words},
};

const ADMINISTRATOR: &str = "Whoever runs the LMS can help. Give them the reference below, and the values above where there are some.";

pub(crate) fn words(refused: &Refused) -> Words {
    let mut words = by_reason(&refused.why);
    let named = matches!(refused.why, Reason::UnknownPlatform | Reason::AmbiguousIssuer | Reason::NotApproved | Reason::SwitchedOff);
    if named {
        words.facts.push(("Issuer", or_none(&refused.issuer)));
        words.facts.push(("Client ID", or_none(&refused.client_id)));
    }
    match &refused.why {
        Reason::DeploymentWaits(id) => words.facts.push(("Deployment ID", id.clone())),
        Reason::ForeignTarget(target) => words.facts.push(("Asked for", target.clone())),
        Reason::Platform { error, description } => {
            words.facts.push(("The LMS says", error.clone()));
            words.facts.extend(description.clone().map(|d| ("In its words", d)));
        }
        _ => {}
    }
    words.back = refused.back.as_deref().and_then(web_link);
    words
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "(none sent)".to_owned() } else { text.to_owned() }
}

fn by_reason(why: &Reason) -> Words {
    match why {
        Reason::Login(_) => Words::new(
            "The LMS's request is incomplete",
            "Something it must say is missing or came twice. This address is opened by the LMS, not by hand.",
            &[RELAUNCH],
            ADMINISTRATOR,
        ),
        Reason::InsecureSite => Words::new(
            "This tool needs https",
            "Its address is plain http, and browsers keep no sign-in for such pages inside an LMS.",
            &["Serve it over https: set FERRY_PUBLIC_URL to an https address, and put a certificate or a proxy in front."],
            OPERATOR,
        ),
        Reason::UnknownPlatform => Words::new(
            "This LMS is not registered here",
            "The tool does not know the LMS that sent you.",
            &[
                "If you teach or learn here: tell whoever runs the LMS.",
                "If you run this tool: add a registration with exactly these values.",
            ],
            ADMINISTRATOR,
        ),
        Reason::AmbiguousIssuer => Words::new(
            "The LMS did not say which registration it means",
            "Several registrations share its issuer, so the client ID must be sent along.",
            &["If you run the LMS: set it to send client_id with the login request."],
            ADMINISTRATOR,
        ),
        Reason::NotApproved => Words::new(
            "This LMS is not approved yet",
            "It has been registered, and somebody who runs this tool must approve it first.",
            &["If you run this tool: approve the registration.", "Everybody else: try again later."],
            ADMINISTRATOR,
        ),
        Reason::SwitchedOff => Words::new(
            "This LMS has been switched off here",
            "Somebody who runs this tool has switched the registration off.",
            &["If you run this tool: switch the registration on again."],
            ADMINISTRATOR,
        ),
        Reason::ForeignTarget(_) => Words::new(
            "The link leads to another site",
            "The activity in the LMS asks for a page that is not one of this tool's.",
            &["If you teach here: correct the activity's address, or leave it empty."],
            ADMINISTRATOR,
        ),
        Reason::Platform { .. } => Words::new(
            "The LMS did not let you through",
            "It stopped the launch on its own side.",
            &[
                "Sign in to the LMS again, then open the activity again.",
                "If you use several accounts, use the one that is enrolled in the course.",
            ],
            TEACHER,
        ),
        Reason::NoLogin => Words::new(
            "This launch is no longer valid",
            "It took longer than ten minutes, or it was used before: each launch works once.",
            &[RELAUNCH],
            TEACHER,
        ),
        Reason::OtherBrowser => Words::new(
            "Your browser could not be recognised",
            "The launch must end in the browser it began in, and this one kept nothing from the beginning. Some browsers keep no cookies for pages inside other pages.",
            &[RELAUNCH, NEW_WINDOW, COOKIES],
            TEACHER,
        ),
        Reason::Token(_) => Words::new(
            "The LMS's message could not be accepted",
            "It did not pass every check, so no session was opened.",
            &[RELAUNCH, "If it stays: the administrator's launch log names the check that failed."],
            ADMINISTRATOR,
        ),
        // One text for all of them: which check failed is in the administrator's log.
        Reason::V1p1(_) => Words::new(
            "The LMS's launch could not be accepted",
            "It did not pass every check, so no session was opened.",
            &[
                RELAUNCH,
                "If it stays: whoever runs this tool finds the check that failed in the launch log. Most often the consumer key or the shared secret in the LMS is not the one made here, or a clock is wrong.",
            ],
            ADMINISTRATOR,
        ),
        Reason::Keys(_) => Words::new(
            "The LMS's keys could not be read",
            "This tool checks every launch with keys that the LMS publishes, and could not get them.",
            &["Wait a minute, then open the activity again.", "If it stays: this tool must be able to reach the LMS's key set address."],
            ADMINISTRATOR,
        ),
        Reason::DeploymentWaits(_) => Words::new(
            "This installation waits for approval",
            "The LMS is known, but this deployment of the tool in it is new and must be approved first.",
            &["If you run this tool: approve the deployment.", "Everybody else: try again later."],
            ADMINISTRATOR,
        ),
        Reason::NoSuchDeployment(_) => Words::new(
            "This notice is about another installation",
            "The LMS is known, but the deployment it tells about has never opened anything here, or was turned down.",
            &["If you run this tool: the deployment becomes known when somebody opens an activity."],
            ADMINISTRATOR,
        ),
        Reason::ChoosingIsForTeachers => Words::new(
            "Choosing content is for teachers",
            "The LMS opened the page where a teacher adds content to the course, and does not call you a teacher of this course.",
            &[
                "If you learn here: open the activity itself from your course.",
                "If you teach here: ask whoever runs the LMS to give you a teacher's role in this course.",
            ],
            ADMINISTRATOR,
        ),
        Reason::ForeignReturn(_) => Words::new(
            "The choice would go to another site",
            "The LMS asked for its content to be sent to an address that does not belong to its registration.",
            &["If you run this tool: the administrator's launch log names the address. Compare it with the registration."],
            ADMINISTRATOR,
        ),
        Reason::NoLinksTaken => Words::new(
            "This button takes files, not activities",
            "The LMS opened the tool at a place where it can add files or text, and this tool adds activities.",
            &[
                "Use the LMS's button that adds an activity, an assignment or a module item.",
                "To import the course as a package, ask for the packages page of this tool.",
            ],
            ADMINISTRATOR,
        ),
        Reason::ReviewIsForTeachers => Words::new(
            "This work is somebody else's",
            "The LMS opened the page that shows one learner's attempts. Teachers of the course see everybody's, learners their own.",
            &[
                "If you learn here: open the activity itself from your course; your own attempts are there.",
                "If you teach here: ask whoever runs the LMS to give you a teacher's role in this course.",
            ],
            ADMINISTRATOR,
        ),
        Reason::NothingToReview => Words::new(
            "There is no work to look at yet",
            "The person whose work you asked for has not opened this course's activities here.",
            &["Look again once they have.", "Open the activity itself from your course to see the whole class."],
            TEACHER,
        ),
        Reason::Unanswered => Words::new(
            "This tool does not answer that kind of request yet",
            "The LMS asked for something other than opening an activity.",
            &["Add the activity by its link instead of by choosing content."],
            ADMINISTRATOR,
        ),
        Reason::Store(_) | Reason::Random(_) | Reason::Sealed(_) => Words::new(
            "Not available for the moment",
            "A part of this service is not answering, so no session was opened.",
            &["Wait a minute, then open the activity again."],
            OPERATOR,
        ),
    }
}
