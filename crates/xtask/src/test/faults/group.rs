//! A server that gets little memory or little of a processor from the kernel: a control group bounds it, which takes root.
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::work::{Work, get, token};
use super::{Done, Stage, in_time, wait_until_it_writes, within};
use crate::api::{Api, password_grant};
use crate::server::{Place, Server};
use crate::test::crash::{self, CLIENT, REALM, USER};

const NO_GROUP: Done = Done::LeftOut("nobody may make a control group here");

/// What the memory of a small machine leaves for it.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Who signs in waits for longer than the server lets anybody wait for a hash, and for the hash itself on a fifth of a processor: an
/// asker who has hung up learns nothing of what the server would have said.
const ANSWER: Duration = Duration::from_secs(90);
/// People who sign in at once.
const CROWD: usize = 24;
/// What health may take on a fifth of a processor.
const HEALTH: Duration = Duration::from_secs(3);

/// A control group of either version of the kernel's; it goes with this, after the server in it.
struct Group(PathBuf);

impl Group {
    /// `None` where nobody may.
    fn make(controller: &str, name: &str) -> Option<Self> {
        let folders = [
            PathBuf::from("/sys/fs/cgroup").join(controller),
            PathBuf::from("/sys/fs/cgroup"),
        ];
        let is_group = |folder: &PathBuf| folder.join("cgroup.procs").is_file();
        let parent = folders.into_iter().find(is_group)?;
        // The second version gives a controller to the groups below when it is told to.
        let _ = std::fs::write(
            parent.join("cgroup.subtree_control"),
            format!("+{controller}"),
        );
        let folder = parent.join(format!("cloakroom-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).ok()?;
        Some(Self(folder))
    }

    /// Writes the first of these settings that the group has.
    fn set(&self, settings: &[(&str, &str)]) -> bool {
        let mut settings = settings.iter();
        settings.any(|(name, value)| {
            let file = self.0.join(name);
            file.is_file() && std::fs::write(file, value).is_ok()
        })
    }

    /// The number behind a word in one of these files, or the number alone.
    fn read(&self, files: &[(&str, &str)]) -> u64 {
        let number = |(name, word): &(&str, &str)| {
            let text = std::fs::read_to_string(self.0.join(name)).ok()?;
            let mut lines = text.lines();
            lines.find_map(|line| line.strip_prefix(word)?.trim().parse().ok())
        };
        files.iter().find_map(number).unwrap_or_default()
    }

    /// A server of the tests in it, with the realm of the crash tests.
    fn server(&self, stage: &Stage<'_>, name: &str) -> Result<Server> {
        let setup = stage.setup(name, None);
        let enter = "echo $$ > \"$0\"";
        let into = self.0.join("cgroup.procs");
        let server = within::start(Place::new()?, &setup, &["sh"], (enter, &into))?;
        crash::prepare(&Api::new(&server.base))?;
        Ok(server)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // A process that has just ended may be in it for a moment.
        let begun = Instant::now();
        while std::fs::remove_dir(&self.0).is_err() && begun.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Signs somebody in again and again from many threads at once; answers how many got in, were told to wait, and were told anything else.
fn crowd(base: &str, is_over: &AtomicBool) -> [usize; 3] {
    let one = || {
        let (api, mut told) = (Api::patient(base, ANSWER), [0; 3]);
        while !is_over.load(Ordering::Relaxed) {
            let form = format!("{CLIENT}&{}", password_grant(USER));
            let [let_in, later, other] = &mut told;
            match token(&api, REALM, &form) {
                Ok((200, _)) => *let_in += 1,
                Ok((429 | 503, _)) => *later += 1,
                _ => *other += 1,
            }
        }
        told
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CROWD).map(|_| scope.spawn(one)).collect();
        let mut sum = [0; 3];
        for told in threads.into_iter().filter_map(|thread| thread.join().ok()) {
            for (sum, one) in sum.iter_mut().zip(told) {
                *sum += one;
            }
        }
        sum
    })
}

/// F5-07.
pub(super) fn little_memory(stage: &Stage<'_>) -> Result<Done> {
    let Some(group) = Group::make("memory", "memory") else {
        return Ok(NO_GROUP);
    };
    let most = MEMORY.to_string();
    if !group.set(&[("memory.limit_in_bytes", &most), ("memory.max", &most)]) {
        return Ok(NO_GROUP);
    }
    let server = group.server(stage, "memory")?;
    let (work, is_over) = (Work::start(&server.base, "memory")?, AtomicBool::new(false));
    let seconds = if stage.long { 120 } else { 6 };
    let [let_in, later, other] = std::thread::scope(|scope| {
        let crowd = scope.spawn(|| crowd(&server.base, &is_over));
        // Bodies as large as are read at all, beside them.
        let large = "x".repeat(900 * 1024);
        let until = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < until {
            let _ = token(&Api::new(&server.base), REALM, &large);
        }
        is_over.store(true, Ordering::Relaxed);
        crowd.join().unwrap_or_default()
    });
    wait_until_it_writes(&server.base, Duration::from_secs(20))?;
    let done = work.end()?;
    done.check(&server.base)?;
    let killed = group.read(&[
        ("memory.oom_control", "oom_kill "),
        ("memory.events", "oom_kill "),
    ]);
    if killed > 0 || other > 0 || let_in == 0 {
        bail!("{killed} kills; {let_in} sign-ins, {later} told to wait, {other} neither");
    }
    let took = group.read(&[("memory.max_usage_in_bytes", ""), ("memory.peak", "")]);
    Ok(Done::Held(format!(
        "{CROWD} people at once: {let_in} sign-ins, {later} told to wait; {} MiB of {} at most with what the kernel keeps of files; {}",
        took >> 20,
        MEMORY >> 20,
        done.sum()
    )))
}

/// F5-08.
pub(super) fn little_processor(stage: &Stage<'_>) -> Result<Done> {
    let Some(group) = Group::make("cpu", "cpu") else {
        return Ok(NO_GROUP);
    };
    let server = group.server(stage, "cpu")?;
    let fifth = [("cpu.cfs_quota_us", "20000"), ("cpu.max", "20000 100000")];
    if !group.set(&fifth) {
        return Ok(NO_GROUP);
    }
    let (work, is_over) = (Work::start(&server.base, "cpu")?, AtomicBool::new(false));
    let management = format!("http://127.0.0.1:{}", server.management());
    let until = Instant::now() + Duration::from_secs(if stage.long { 120 } else { 8 });
    let (asked, slowest, sum) = std::thread::scope(|scope| {
        let crowd = scope.spawn(|| crowd(&server.base, &is_over));
        let asked = health(&management, until);
        is_over.store(true, Ordering::Relaxed);
        let (asked, slowest) = asked?;
        anyhow::Ok((asked, slowest, crowd.join().unwrap_or_default()))
    })?;
    in_time("health", slowest, HEALTH)?;
    let throttled = group.read(&[("cpu.stat", "nr_throttled ")]);
    let all = [("cpu.cfs_quota_us", "-1"), ("cpu.max", "max 100000")];
    if throttled == 0 || !group.set(&all) {
        bail!("the group bounds nothing");
    }
    wait_until_it_writes(&server.base, Duration::from_secs(20))?;
    let done = work.end()?;
    done.check(&server.base)?;
    let [let_in, later, other] = sum;
    if other > 0 || let_in == 0 {
        bail!("{let_in} sign-ins, {later} told to wait, {other} neither");
    }
    Ok(Done::Held(format!(
        "held back {throttled} times; health asked {asked} times, {} ms at most; {let_in} sign-ins, {later} told to wait; {}",
        slowest.as_millis(),
        done.sum()
    )))
}

/// Asks whether it lives and is ready until then: how often, and the slowest answer.
fn health(management: &str, until: Instant) -> Result<(u32, Duration)> {
    let (mut asked, mut slowest) = (0, Duration::ZERO);
    while Instant::now() < until {
        for path in ["/health/live", "/health/ready"] {
            let begun = Instant::now();
            let status = get(management, path, None)?;
            slowest = slowest.max(begun.elapsed());
            asked += 1;
            if status != 200 {
                bail!("{path} is answered with {status}");
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok((asked, slowest))
}
