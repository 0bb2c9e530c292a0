//! `ferry serve`: puts the house together, serves, and takes it apart in order.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::trial;

use crate::{
    app::{
        App, MediaKey, Parts, Site, deliver_scores::Courier, key_proofs, master_key, read_roster::Rosters, subscribe::Subscriptions,
        tool_keys,
    },
    cli::{Context, Exit, outbound, serve::Args},
    clock,
    config::Settings,
    course::{self, Course, Source},
    lti::seal::MasterKey,
    services::{ags::Ags, http::Client, key_sets::KeySets, notices::Notices, nrps::Nrps, tokens::Tokens},
    store::Store,
    telemetry,
    web::{self, Certificate, Options, State},
    worker,
};

/// Runs until it is told to stop.
pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let mut settings = ctx.settings_for(args.course.as_deref())?;
    if let Some(listen) = &args.listen {
        settings.server.listen = listen.parse().with_context(|| format!("`{listen}` is no address and port, such as 127.0.0.1:8080"))?;
    }
    telemetry::install(&settings.log)?;
    // Dropped last: with a trial, the data folder goes when all else is gone.
    let folder = args.trial.then(|| trial::confine(&mut settings)).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("cannot start")?;
    let exit = runtime.block_on(serve(settings, args, ctx));
    drop(runtime);
    drop(folder);
    exit
}

async fn serve(mut settings: Settings, args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let Some(course) = load_course(&settings, ctx) else { return Ok(Exit::Problems) };
    let title = course.title.clone();
    // What may fail for a reason outside comes first, so that its one line stands alone.
    let listener = listen(&settings, args)?;
    let certificate = settings.server.tls.as_ref().map(|tls| Certificate::load(&tls.cert, &tls.key)).transpose()?;
    let address = settings.server.public_url_on(listener.local_addr()?);
    let site = Site::parse(&address)?;
    let platform = args.trial.then(|| trial::bind(&address, &mut settings)).transpose()?;
    let store = Store::connect(&settings.database).await?;
    let void = store.begin_serving().await?;
    store.note_address(&address).await?;
    if void > 0 {
        tracing::warn!(void, "the last server did not stop in order: logins that were on their way must start again");
    }
    let client = outbound::client(&settings.network)?;
    for (host, port) in &settings.network.allow_hosts {
        tracing::info!(host, port, "allowed as an exception: private address or plain http");
    }
    let master = master_key(settings.master_key.as_ref(), &settings.database.data_dir)?;
    tool_keys::ensure(&store, &master, clock::now().as_millisecond()).await?;
    let (app, courier) = build(&settings, site, store.clone(), course, &client, master);
    let app = Arc::new(app);
    let state = State::new(Arc::clone(&app), options(&settings, args)?);
    let running = web::serve(listener, certificate.as_ref(), threads(), state)?;
    let handle = running.handle.clone();
    let server = tokio::spawn(running.server);
    let (stop, stopped) = watch::channel(false);
    let deliveries = tokio::spawn(worker::run(courier, Arc::clone(&app.wake), stopped.clone()));
    let sweeper = tokio::spawn(worker::sweep(Arc::clone(&app), settings.limits.keep_days, stopped));
    let tried = match platform {
        Some(platform) => {
            trial::register(&platform, &store).await?;
            let open = platform.registration().issuer.clone();
            let handle = trial::start(platform, &address, &app.course(), client, Arc::clone(&app.clock))?;
            ctx.out.say(format!("{title}: the tool is at {}", app.site.url("/")));
            ctx.out.say(format!("Open the trial LMS: {open}/  (nothing is kept; stop with Ctrl-C)"));
            Some(handle)
        }
        None => {
            ctx.out.say(format!("{title}: {}  (stop with Ctrl-C)", app.site.url("/")));
            None
        }
    };
    until_told(&settings, &app, certificate.as_ref(), ctx).await?;
    ctx.out.say("Stopping: finishing what is under way.");
    let _ = stop.send(true);
    handle.stop(true).await;
    server.await.context("the server ended badly")??;
    deliveries.await.context("the delivery worker ended badly")?;
    sweeper.await.context("the sweeper ended badly")?;
    if let Some(platform) = tried {
        platform.stop(false).await;
        trial::forget(&store).await?;
    }
    store.end_serving().await?;
    store.close().await;
    Ok(Exit::Success)
}

/// Takes the address. A trial that was not told where takes a free port when ours is in use.
fn listen(settings: &Settings, args: &Args) -> anyhow::Result<TcpListener> {
    let address = settings.server.listen;
    match web::bind(&address.to_string()) {
        Err(web::ServerError::Taken(_)) if args.trial && args.listen.is_none() && settings.server.public_url.is_none() => {
            Ok(web::bind(&SocketAddr::new(address.ip(), 0).to_string())?)
        }
        other => Ok(other?),
    }
}

/// The use cases with everything they stand on, and the courier that the worker sends out.
fn build(settings: &Settings, site: Site, store: Store, course: Course, client: &Client, master: MasterKey) -> (App, Courier) {
    let clock = clock::system();
    let media = MediaKey::from_secret(&master.to_text());
    let tokens = Tokens::new(client.clone(), Arc::clone(&clock)).heard_by(key_proofs::witness(store.clone(), Arc::clone(&clock)));
    let rosters = Rosters::new(store.clone(), Arc::clone(&clock), Nrps::new(client.clone(), tokens.clone()), master.clone());
    let notices = Notices::new(client.clone(), tokens.clone());
    let subscriptions = Subscriptions::new(store.clone(), Arc::clone(&clock), notices, master.clone());
    let courier = Courier::new(store.clone(), Arc::clone(&clock), Ags::new(client.clone(), tokens), master);
    let app = App::new(Parts {
        site,
        store,
        http: client.clone(),
        key_sets: KeySets::new(client.clone(), Arc::clone(&clock)),
        media,
        session_hours: settings.limits.session_hours,
        rotate_keys_days: settings.limits.rotate_keys_days,
        clock,
        course,
        courier: courier.clone(),
        rosters,
        subscriptions,
    });
    (app, courier)
}

fn options(settings: &Settings, args: &Args) -> anyhow::Result<Options> {
    Ok(Options {
        trusted_proxies: settings.server.trusted_proxies.clone(),
        failures_a_minute: settings.limits.failures_per_minute,
        allow_hosts: settings.network.allow_hosts.clone(),
        metrics: Some(telemetry::record_metrics()?),
        metrics_token: settings.server.metrics_token.clone(),
        this_machine_only: args.trial,
    })
}

/// The course of the settings; with none to use, says everything that is wrong.
fn load_course(settings: &Settings, ctx: &Context) -> Option<Course> {
    match read_course(settings.course.as_deref(), &settings.database.data_dir) {
        Ok(course) => Some(course),
        Err(error) => {
            ctx.out.error(&error);
            None
        }
    }
}

fn read_course(dir: Option<&Path>, data_dir: &Path) -> anyhow::Result<Course> {
    let source = match dir {
        Some(dir) => Source::read_dir(dir)?,
        None => Source::embedded(),
    };
    let mut cache = course::cache::FileCache::new(data_dir.join("cache"));
    course::load(&source, Some(&mut cache)).map_err(|found| anyhow::anyhow!("the course cannot be used:\n{found}"))
}

/// Waits for a signal to stop; on SIGHUP reads course and certificate again and keeps what it has where they are broken.
async fn until_told(settings: &Settings, app: &App, certificate: Option<&Certificate>, ctx: &Context) -> anyhow::Result<()> {
    let (mut hangup, mut terminate) = (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?);
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            _ = hangup.recv() => reload(settings, app, certificate, ctx),
        }
    }
}

fn reload(settings: &Settings, app: &App, certificate: Option<&Certificate>, ctx: &Context) {
    match load_course(settings, ctx) {
        Some(course) => {
            tracing::info!(version = course.version, "the course was read again");
            app.replace_course(course);
        }
        None => tracing::error!("the course is broken: the last good one stays"),
    }
    if let Some(error) = certificate.and_then(|c| c.reload().err()) {
        ctx.out.error(&anyhow::Error::new(error).context("the last good certificate stays"));
    }
}

/// As many as there are processors; the database and the worker have threads of their own.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
