//! Dynamic Registration: somebody opened a one-time link of ours in their LMS. The LMS says where it can be asked about itself; we
//! look, show what will be registered, and register when they press the button.
//!
//! Looking spends nothing. The link is reserved while a registration is under way and spent when it came to something.

mod change;
mod fault;
mod keep;
mod links;

pub use change::{Difference, Proposal};
pub use fault::RegisterFault;
pub use links::{InviteForm, LINK_DAYS, record_link};
use url::Url;

use super::App;
use crate::{
    ids,
    lti::registration::{self as dynamic, PlatformConfiguration, Registered, Vouched, vouch},
    services::http::Request,
    store::{
        Durability, Tx,
        registration::{self, Registration},
        registration_link::{self, RegistrationLink},
    },
};

/// How long a link stays reserved if we die on the way: longer than both calls may take.
const RESERVED: i64 = 60_000;
/// Longest configuration or answer that is read.
const LONGEST_DOCUMENT: usize = 64 * 1024;
/// Longest address of a configuration: Canvas's carries a token.
const LONGEST_ADDRESS: usize = 8 * 1024;

/// What the LMS opened our link with.
#[derive(Clone, Default)]
pub struct Knock {
    /// The token in our link.
    pub link: String,
    /// `openid_configuration`: the platform's own address, kept whole.
    pub configuration: String,
    /// `registration_token`, if it came.
    pub token: Option<String>,
}

/// What would be registered.
#[derive(Debug)]
pub struct Offer {
    /// What the registration will be called by us.
    pub id: String,
    /// The link it came by.
    pub link: RegistrationLink,
    /// What the platform says of itself.
    pub configuration: PlatformConfiguration,
    /// On whose word.
    pub vouched: Vouched,
    /// The host that people know the LMS by.
    pub host: String,
    /// What we ask for.
    pub scopes: Vec<&'static str>,
    /// Whether this very LMS is registered here already.
    pub again: bool,
}

impl Offer {
    /// Whether launches are accepted without a further look: the administrator said so for this host, and somebody vouches for it.
    #[must_use]
    pub fn approved(&self) -> bool {
        self.link.approved && !self.link.host.is_empty() && self.vouched != Vouched::OwnCanvas
    }

    /// What the registration will be called.
    #[must_use]
    pub fn name(&self) -> String {
        let named = [Some(self.link.name.as_str()), self.configuration.account.as_deref()].into_iter().flatten().find(|n| !n.is_empty());
        named.unwrap_or(&self.host).chars().filter(|c| !c.is_control()).take(100).collect()
    }
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// Launches are accepted.
    Active,
    /// An administrator of ours must approve it.
    Waits,
    /// It was registered before and said other things then: an administrator of ours must apply the change.
    ChangeWaits,
    /// It was registered before, and nothing is different.
    Unchanged,
}

/// A registration that came to something.
#[derive(Debug)]
pub struct Joined {
    /// As kept here.
    pub registration: Registration,
    /// The first deployment, where the platform made one.
    pub deployment: Option<String>,
    /// What became of it.
    pub became: Became,
}

impl App {
    /// The link, if it works.
    ///
    /// # Errors
    /// When it is unknown, used, too old or in use.
    pub async fn registration_link(&self, token: &str) -> Result<RegistrationLink, RegisterFault> {
        let mut tx = self.store.read().await?;
        let link = registration_link::by_token(&mut tx, &ids::sha256_hex(token.as_bytes())).await?.ok_or(RegisterFault::LinkUnknown)?;
        let now = self.now();
        if link.spent_at.is_some() {
            return Err(RegisterFault::LinkSpent);
        }
        if link.expires_at <= now {
            return Err(RegisterFault::LinkOver);
        }
        Ok(link)
    }

    /// Looks at the platform and says what would be registered. Spends nothing.
    ///
    /// # Errors
    /// When the link does not work, or the platform is not to be believed.
    pub async fn look_at_platform(&self, knock: &Knock) -> Result<Offer, Box<RegisterFault>> {
        self.look(knock).await.map_err(Box::new)
    }

    /// Registers with the platform.
    ///
    /// # Errors
    /// When the link does not work, or the platform refuses. The link is as good as before then.
    pub async fn register_platform(&self, knock: &Knock) -> Result<Joined, Box<RegisterFault>> {
        self.register(knock).await.map_err(Box::new)
    }

    async fn look(&self, knock: &Knock) -> Result<Offer, RegisterFault> {
        let link = self.registration_link(&knock.link).await?;
        let (asked, configuration) = self.configuration(knock).await?;
        let vouched = vouch(&asked, &configuration)?;
        let host = vouched.host(&asked, &configuration);
        if !link.host.is_empty() && link.host != host {
            return Err(RegisterFault::OtherHost { expected: link.host, host });
        }
        // Hosted Canvas shares its issuer: another school's registration says nothing about this one.
        let mut tx = self.store.read().await?;
        let known = registration::by_issuer(&mut tx, &configuration.issuer).await?;
        let again = vouched != Vouched::HostedCanvas && known.iter().any(|r| r.tenant_id == link.tenant_id);
        Ok(Offer { id: ids::new_id(), scopes: dynamic::scopes(&configuration), link, configuration, vouched, host, again })
    }

    async fn configuration(&self, knock: &Knock) -> Result<(Url, PlatformConfiguration), RegisterFault> {
        let url = Url::parse(&knock.configuration).ok().filter(|_| knock.configuration.len() <= LONGEST_ADDRESS);
        let url = url.ok_or(RegisterFault::AddressWrong)?;
        let request = authorized(Request::get(&url).accept("application/json"), knock);
        let answer = self.http.send(request).await.map_err(RegisterFault::Unreachable)?;
        if !answer.is_success() {
            return Err(RegisterFault::ConfigurationRefused(answer.status));
        }
        let configuration = PlatformConfiguration::parse(&answer.body)?;
        Ok((url, configuration))
    }

    async fn register(&self, knock: &Knock) -> Result<Joined, RegisterFault> {
        let offer = self.look(knock).await?;
        let (id, now) = (offer.link.id.clone(), self.now());
        let reserve = async move |tx: &mut Tx| registration_link::reserve(tx, &id, now + RESERVED, now).await;
        if !self.store.write(Durability::Full, reserve).await? {
            return Err(RegisterFault::LinkBusy);
        }
        let id = offer.link.id.clone();
        let result = match self.join(&offer, knock).await {
            Ok(registered) => self.keep(offer, registered).await,
            Err(fault) => Err(fault),
        };
        if result.is_err() {
            self.store.write(Durability::Full, async move |tx: &mut Tx| registration_link::release(tx, &id).await).await?;
        }
        result
    }

    async fn join(&self, offer: &Offer, knock: &Knock) -> Result<Registered, RegisterFault> {
        let document = dynamic::document(&self.tool_for(&offer.id), &offer.configuration).to_string();
        let url = &offer.configuration.registration_endpoint;
        let request = authorized(Request::post(url, "application/json", document.into_bytes()).accept("application/json"), knock);
        let answer = self.http.send(request).await.map_err(RegisterFault::Unreachable)?;
        if !answer.is_success() {
            let (about, said) = dynamic::complaint(answer.status, &answer.body);
            return Err(RegisterFault::Refused { status: answer.status, about, said });
        }
        Ok(Registered::parse(&answer.body)?)
    }
}

fn authorized<'a>(request: Request<'a>, knock: &Knock) -> Request<'a> {
    let request = request.limit(LONGEST_DOCUMENT);
    match knock.token.as_deref().filter(|t| !t.is_empty()) {
        Some(token) => request.bearer(token),
        None => request,
    }
}
