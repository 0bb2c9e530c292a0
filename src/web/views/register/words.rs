//! What a page says about a registration that came to nothing. It is read by whoever runs the LMS, in the LMS's own frame.

use crate::{
    app::register_platform::RegisterFault,
    lti::registration::{Complaint, ConfigurationError},
    services::http::HttpError,
    web::error::{OPERATOR, Words},
};

const AGAIN: &str = "Start the registration in the LMS once more: the link still works.";
const NEW_LINK: &str = "Ask whoever runs this tool for a new registration link.";

pub(crate) fn words(fault: &RegisterFault) -> Words {
    let mut words = by_fault(fault);
    match fault {
        RegisterFault::Unreachable(error) => words.facts.push(("What failed", error.to_string())),
        RegisterFault::ConfigurationRefused(status) => words.facts.push(("Answer", status.to_string())),
        RegisterFault::Configuration(error) => words.facts.push(("What is wrong", error.to_string())),
        RegisterFault::Stranger(stranger) => {
            words.facts.push(("Asked", stranger.host.clone()));
            words.facts.push(("It says it is", stranger.issuer.clone()));
        }
        RegisterFault::OtherHost { expected, host } => {
            words.facts.push(("The link is for", expected.clone()));
            words.facts.push(("It was used by", host.clone()));
        }
        RegisterFault::Refused { status, said, .. } => {
            words.facts.push(("Answer", status.to_string()));
            if !said.is_empty() {
                words.facts.push(("The LMS says", said.clone()));
            }
        }
        RegisterFault::Taken(client_id) | RegisterFault::NotKept { client_id, .. } => words.facts.push(("Client ID", client_id.clone())),
        _ => {}
    }
    words
}

fn by_fault(fault: &RegisterFault) -> Words {
    match fault {
        RegisterFault::LinkUnknown => Words::new(
            "This registration link is not valid",
            "Links are made one by one on the administration pages of this tool, and this is none of them, or it was taken back.",
            &["Check that the whole address was copied.", NEW_LINK],
            OPERATOR,
        ),
        RegisterFault::LinkSpent => Words::new(
            "This registration link has been used",
            "An LMS was registered with it. Each link registers one.",
            &["If that was you: go on in the LMS, the tool is there.", NEW_LINK],
            OPERATOR,
        ),
        RegisterFault::LinkOver => Words::new("This registration link is too old", "Links work for seven days.", &[NEW_LINK], OPERATOR),
        RegisterFault::LinkBusy => Words::new(
            "A registration is under way with this link",
            "Somebody pressed the button a moment ago, perhaps in another window.",
            &["Wait a minute, then look into the LMS: the tool may be there.", AGAIN],
            OPERATOR,
        ),
        RegisterFault::AddressWrong => Words::new(
            "The LMS did not say where it can be asked",
            "It opened this page with an address of its configuration that is none.",
            &["Paste the link into the LMS's page for registering tools, not into the browser.", AGAIN],
            OPERATOR,
        ),
        RegisterFault::Unreachable(HttpError::Refused(_)) => Words::new(
            "This tool may not call that LMS",
            "Its address is private or not https, and this tool calls public https addresses only unless told otherwise.",
            &["Whoever runs this tool: name the LMS in FERRY_ALLOW_HOSTS, as host:port, and restart.", AGAIN],
            OPERATOR,
        ),
        RegisterFault::Unreachable(_) => Words::new(
            "The LMS cannot be reached from here",
            "This tool asked the LMS about itself and got no answer it can use.",
            &["Is the LMS's address reachable from the machine this tool runs on, and its certificate valid?", AGAIN],
            OPERATOR,
        ),
        RegisterFault::ConfigurationRefused(_) => Words::new(
            "The LMS did not describe itself",
            "This tool asked for the LMS's configuration and was refused or sent elsewhere.",
            &[
                "Start the registration in the LMS anew: its token works for an hour.",
                "If it stays: does a login page or a proxy stand before the LMS's configuration address?",
            ],
            OPERATOR,
        ),
        RegisterFault::Configuration(ConfigurationError::Unable(..)) => Words::new(
            "This LMS cannot do what the tool needs",
            "LTI 1.3 asks for RS256 signatures and private_key_jwt, and the LMS offers others only.",
            &["Update the LMS, or register by hand with LTI 1.1."],
            OPERATOR,
        ),
        RegisterFault::Configuration(_) => Words::new(
            "What the LMS says of itself cannot be used",
            "Its configuration lacks something that LTI asks for, or is no configuration at all.",
            &[
                "Register by hand: the administration pages of this tool show every value.",
                "Whoever runs the LMS: report what is wrong to its maker.",
            ],
            OPERATOR,
        ),
        RegisterFault::Stranger(_) => Words::new(
            "The LMS says that it is somebody else",
            "Its configuration names an issuer on another host. Anybody could publish that, so it is not believed.",
            &[
                "Whoever runs the LMS: open it by the address it is set to (in Moodle: wwwroot), then register again.",
                "Or register by hand on the administration pages of this tool.",
            ],
            OPERATOR,
        ),
        RegisterFault::OtherHost { .. } => {
            Words::new("This link is for another LMS", "It was made for one LMS only.", &[NEW_LINK], OPERATOR)
        }
        RegisterFault::Refused { about, .. } => refused(*about),
        RegisterFault::Answer(_) => Words::new(
            "The LMS's answer cannot be used",
            "It took the registration and did not say under which client ID.",
            &["Look into the LMS: delete the tool there if it appears, then register by hand."],
            OPERATOR,
        ),
        RegisterFault::Taken(_) => Words::new(
            "This client ID is taken",
            "The same issuer and client ID are registered here for somebody else.",
            &["Delete the tool in the LMS and register again: it gets a new client ID."],
            OPERATOR,
        ),
        RegisterFault::NotKept { .. } => Words::new(
            "The LMS registered the tool, but it could not be noted here",
            "Something failed on our side at the last moment.",
            &["Delete the tool in the LMS, then start again: the link still works.", "Or add the platform by hand with this client ID."],
            OPERATOR,
        ),
        RegisterFault::Store(_) => Words::new(
            "Something went wrong on our side",
            "The registration could not be finished, and nothing was sent to the LMS.",
            &[AGAIN],
            OPERATOR,
        ),
    }
}

fn refused(about: Complaint) -> Words {
    match about {
        Complaint::TokenSpent => Words::new(
            "The LMS's own token is used up",
            "Each registration that an LMS starts works once and for an hour. Nothing was registered just now.",
            &["Close this window, look whether the tool is there already, and if not start the registration anew. The link still works."],
            OPERATOR,
        ),
        Complaint::NotAllowed => Words::new(
            "The LMS does not allow it",
            "It says that you may not register tools, or not this one.",
            &["Sign in to the LMS as a site administrator, then start again.", AGAIN],
            OPERATOR,
        ),
        Complaint::Domain => Words::new(
            "The LMS found our addresses at odds",
            "The domain we named and the address that launches go to must have the same host and port.",
            &["Whoever runs this tool: FERRY_PUBLIC_URL must be the address that people use, port included.", AGAIN],
            OPERATOR,
        ),
        Complaint::Scope => Words::new(
            "The LMS refused a permission we asked for",
            "We ask only for what it offered, so it offers something that it does not know.",
            &["Register by hand on the administration pages of this tool, and report it."],
            OPERATOR,
        ),
        Complaint::Document => Words::new(
            "The LMS refused the registration",
            "It took offence at something in what we sent; its words are above.",
            &["Register by hand: the administration pages of this tool show every value.", "Report its words, so that we can do better."],
            OPERATOR,
        ),
        Complaint::Fault => Words::new(
            "The LMS has a problem",
            "It answered the registration with a fault of its own.",
            &["Wait a minute.", AGAIN],
            OPERATOR,
        ),
    }
}
