//! The write path: a thread with a small runtime of its own. Operations need not be `Send` while they run, and with SQLite those
//! that wait are committed together.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll},
    thread::JoinHandle,
};

use tokio::sync::{mpsc, oneshot};

use super::{StoreError, Tx};

/// What a commit must survive. SIGKILL it always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// A power cut may cost the last moments: launch states, sessions, progress.
    Normal,
    /// A power cut costs nothing: attempts, outbox, accounts, keys.
    Full,
}

type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// An operation on its way through the writer.
pub(super) trait Job: Send {
    fn durability(&self) -> Durability;
    /// Runs it; true when it may be committed.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> Local<'a, bool>;
    /// Tells the caller: its own result, or why it was not committed.
    fn settle(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Operation<T, E, F> {
    durability: Durability,
    op: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Operation<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: AsyncFn(&mut Tx) -> Result<T, E> + Send,
{
    fn durability(&self) -> Durability {
        self.durability
    }

    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> Local<'a, bool> {
        Box::pin(async move {
            self.result = None;
            self.result = CatchPanic(Box::pin((self.op)(tx))).await;
            matches!(self.result, Some(Ok(_)))
        })
    }

    fn settle(self: Box<Self>, commit: Result<(), StoreError>) {
        let result = match (self.result, commit) {
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(_)), Err(e)) => Err(e.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Err(e)) => Err(e.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // A caller that went away needs no answer.
        let _ = self.reply.send(result);
    }
}

/// A panic in one operation must not end the thread that writes for everybody.
struct CatchPanic<'a, T>(Local<'a, T>);

impl<T> Future for CatchPanic<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        match std::panic::catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(Poll::Ready(value)) => Poll::Ready(Some(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(None),
        }
    }
}

/// The sending end, and the thread behind it.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// As many as may wait before callers wait to get in.
const QUEUE: usize = 4096;

impl Writer {
    /// Starts the thread; `work` makes the future that empties the queue until it is closed. Without a `network` to watch, waking the
    /// thread costs half as much.
    pub(super) fn start<W, Fut>(network: bool, work: W) -> Result<Self, StoreError>
    where
        W: FnOnce(mpsc::Receiver<Box<dyn Job>>) -> Fut + Send + 'static,
        Fut: Future<Output = ()>,
    {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = if network { builder.enable_all() } else { builder.enable_time() }.build();
        let runtime = runtime.map_err(|e| StoreError::Tool(format!("cannot start the database thread: {e}")))?;
        let thread = std::thread::Builder::new()
            .name("ferry-store".to_owned())
            .spawn(move || tokio::task::LocalSet::new().block_on(&runtime, work(jobs)))
            .map_err(|e| StoreError::Tool(format!("cannot start the database thread: {e}")))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    pub(super) async fn run<T, E, F>(&self, durability: Durability, op: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + 'static,
    {
        let queue = self.queue.lock().ok().and_then(|q| q.clone()).ok_or(StoreError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Operation { durability, op, result: None, reply });
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        drop(queue);
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Closes the queue and waits until what is in it is done.
    pub(super) async fn close(&self) {
        let queue = self.queue.lock().ok().and_then(|mut q| q.take());
        drop(queue);
        let thread = self.thread.lock().ok().and_then(|mut t| t.take());
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}
