//! Programs in the background, which are stopped by their id when their guard goes or a signal comes.
use std::process::{Child, ChildStdout, Command, ExitStatus};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The ids of all programs that run now, for the thread that waits for signals.
static STARTED: Mutex<Vec<(i32, Signal)>> = Mutex::new(Vec::new());

/// Whether a signal came: from then on nothing is started.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// How long a program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(15);

/// A program in the background.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
    stop: Signal,
}

impl Running {
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        Self::start_with(name, command, Signal::TERM)
    }

    /// `stop` is the signal that asks this program to end at once and in order.
    pub(crate) fn start_with(name: &str, command: &mut Command, stop: Signal) -> Result<Self> {
        if STOPPING.load(Ordering::SeqCst) {
            bail!("stopping: {name} is not started");
        }
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let running = Self {
            name: name.to_owned(),
            child,
            stop,
        };
        remember(|started| started.push((running.id(), stop)));
        Ok(running)
    }

    pub(crate) fn id(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap_or_default()
    }

    pub(crate) const fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// `Some` when the program has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends the program as a power failure would: it gets no chance to finish anything.
    pub(crate) fn kill(mut self) -> Result<()> {
        send(self.id(), Signal::KILL);
        self.child.wait()?;
        Ok(())
    }

    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let id = self.id();
        if self.ended().is_none() {
            send(id, self.stop);
            let deadline = Instant::now() + PATIENCE;
            while self.ended().is_none() {
                if Instant::now() > deadline {
                    println!("{} does not end: killed", self.name);
                    send(id, Signal::KILL);
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            // Nothing can be done about a failure here, and the id was stopped above.
            let _ = self.child.wait();
        }
        remember(|started| started.retain(|(other, _)| *other != id));
    }
}

/// From here on Ctrl-C, a closed terminal and SIGTERM stop what was started, and then this program.
pub(crate) fn stop_everything_on_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            println!("\nstopping");
            STOPPING.store(true, Ordering::SeqCst);
            remember(|started| {
                for (id, stop) in started.iter().rev() {
                    send(*id, *stop);
                }
            });
            // The guards on the main thread reap what was just stopped; whatever is left after that is killed.
            std::thread::sleep(Duration::from_secs(5));
            remember(|started| {
                for (id, _) in started.iter().rev() {
                    send(*id, Signal::KILL);
                }
            });
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Sends a signal to a program that was started here.
pub(crate) fn send(id: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(id) {
        // A program that has just ended is what was wanted.
        let _ = kill_process(pid, signal);
    }
}

fn remember(change: impl FnOnce(&mut Vec<(i32, Signal)>)) {
    if let Ok(mut started) = STARTED.lock() {
        change(&mut started);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_that_goes_stops_its_program() {
        let running = Running::start("sleep", Command::new("sleep").arg("60")).unwrap();
        let id = Pid::from_raw(running.id()).unwrap();

        drop(running);

        assert!(
            kill_process(id, Signal::TERM).is_err(),
            "the program is gone"
        );
    }
}
