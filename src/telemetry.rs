//! Logs and metrics. docs/LOGGING.md lists what there is; no line holds a secret, a name or a grade with a name.

use std::{io::IsTerminal as _, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::config::{LogFormat, LogSettings};

/// Why logs or metrics cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter makes no sense.
    #[error("setting `log`: `{filter}` is no log filter ({message}); write `info` or `info,courseferry::worker=debug`")]
    Filter {
        /// As given.
        filter: String,
        /// What the parser says.
        message: String,
    },
    /// Somebody logs already.
    #[error("logging is set up already")]
    Twice,
    /// The recorder cannot start.
    #[error("cannot record metrics: {0}")]
    Metrics(String),
}

/// Sends log lines to stderr from here on.
///
/// # Errors
/// When the filter makes no sense or somebody logs already.
pub fn install(settings: &LogSettings) -> Result<(), TelemetryError> {
    let terminal = std::io::stderr().is_terminal();
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let subscriber = subscriber(settings, terminal, colour, std::io::stderr)?;
    tracing::dispatcher::set_global_default(subscriber).map_err(|_| TelemetryError::Twice)
}

fn subscriber<W>(settings: &LogSettings, terminal: bool, colour: bool, writer: W) -> Result<tracing::Dispatch, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let wrong = |message: String| TelemetryError::Filter { filter: settings.filter.clone(), message };
    let filter = EnvFilter::try_new(&settings.filter).map_err(|e| wrong(e.to_string()))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let json = match settings.format {
        LogFormat::Json => true,
        LogFormat::Human => false,
        LogFormat::Auto => !terminal,
    };
    // The span carries the request id; its name and ancestors say nothing more.
    Ok(if json {
        tracing::Dispatch::new(builder.json().flatten_event(true).with_span_list(false).finish())
    } else {
        tracing::Dispatch::new(builder.with_ansi(colour).with_target(false).compact().finish())
    })
}

/// Seconds, from a cached page to a platform that takes its time.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Records metrics from here on; gives what `/metrics` reads. Once a process: later calls give the same.
///
/// # Errors
/// When the recorder cannot start.
pub fn record_metrics() -> Result<PrometheusHandle, TelemetryError> {
    static HANDLE: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
    HANDLE.get_or_init(|| start_recorder().map_err(|e| e.to_string())).clone().map_err(TelemetryError::Metrics)
}

fn start_recorder() -> Result<PrometheusHandle, Box<dyn std::error::Error>> {
    let handle = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)?.install_recorder()?;
    let upkeep = handle.clone();
    // Without it, measurements pile up where nobody scrapes.
    std::thread::Builder::new().name("ferry-metrics".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(5));
            upkeep.run_upkeep();
        }
    })?;
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat, work: impl FnOnce()) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let settings = LogSettings { filter: filter.to_owned(), format };
        let subscriber = subscriber(&settings, false, false, move || writer.clone()).unwrap();
        tracing::dispatcher::with_default(&subscriber, work);
        String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
    }

    fn work() {
        let span = tracing::info_span!("request", id = "ABCDE-FGHIJ");
        let _inside = span.enter();
        tracing::info!(status = 404, "answered");
        tracing::debug!("too much");
    }

    #[test]
    fn machines_get_one_json_object_a_line_with_the_request_id() {
        let text = logged("info", LogFormat::Json, work);
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["level"], &line["message"], &line["status"]), (&"INFO".into(), &"answered".into(), &404.into()));
        assert_eq!(line["span"]["id"], "ABCDE-FGHIJ");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn where_no_terminal_is_auto_means_json() {
        assert!(logged("info", LogFormat::Auto, work).starts_with('{'));
    }

    #[test]
    fn people_get_a_line_they_can_read() {
        let text = logged("debug", LogFormat::Human, work);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("ABCDE-FGHIJ") && text.contains("answered") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_senseless_filter_is_told_in_one_line() {
        let settings = LogSettings { filter: "courseferry=loud=er".to_owned(), format: LogFormat::Json };
        let error = subscriber(&settings, false, false, io::sink).unwrap_err().to_string();
        assert!(error.contains("courseferry::worker=debug") && error.lines().count() == 1, "{error}");
    }

    #[test]
    fn metrics_are_recorded_once_and_read_back() {
        let handle = record_metrics().unwrap();
        metrics::counter!("ferry_test_total").increment(3);
        metrics::histogram!("ferry_test_seconds").record(0.02);
        record_metrics().unwrap();
        let text = handle.render();
        assert!(text.contains("ferry_test_total 3"), "{text}");
        assert!(text.contains("ferry_test_seconds_bucket{le=\"0.025\"} 1"), "{text}");
    }
}
