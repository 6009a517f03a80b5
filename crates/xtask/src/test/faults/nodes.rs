//! Several nodes on one PostgreSQL, behind one address: nodes that are killed, restarted or stopped, and a node that does
//! not belong.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use rustix::process::Signal;

use super::proxy::Proxy;
use super::work::{Work, get, tokens};
use super::{Done, Stage, in_time, wait_for};
use crate::api::Api;
use crate::browser::Browser;
use crate::server::{Place, Server, Setup};
use crate::test::crash;

const NO_POSTGRES: Done = Done::LeftOut("there is no PostgreSQL");
/// The master key of the nodes.
const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

/// Two nodes behind one address.
pub(super) struct Pair<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) front: Proxy,
    pub(super) base: String,
    pub(super) nodes: Vec<Option<Server>>,
    setup: Setup<'a>,
}

impl<'a> Pair<'a> {
    pub(super) fn start(stage: &'a Stage<'a>, setup: Setup<'a>) -> Result<Self> {
        let front = Proxy::start(0)?;
        let base = format!("http://localhost:{}", front.port);
        let mut pair = Self {
            stage,
            front,
            base,
            nodes: Vec::new(),
            setup,
        };
        for _ in 0..2 {
            let node = pair.node(Place::new()?)?;
            pair.nodes.push(Some(node));
        }
        pair.lead_to(&[0, 1]);
        crash::prepare(&Api::new(&pair.base))?;
        Ok(pair)
    }

    fn node(&self, place: Place) -> Result<Server> {
        let settings = [
            ("CLOAKROOM_PUBLIC_URL", self.base.as_str()),
            ("CLOAKROOM_MASTER_KEY", KEY),
            // Long enough for the address to see that a node stops, and for whoever has a connection to it to hear.
            ("CLOAKROOM_SHUTDOWN_DELAY", "2"),
        ];
        self.stage.server_with(place, &self.setup, &settings)
    }

    /// The address leads to these nodes, in this order.
    pub(super) fn lead_to(&self, order: &[usize]) {
        let nodes = order
            .iter()
            .filter_map(|number| self.nodes.get(*number)?.as_ref());
        let ports: Vec<u16> = nodes.filter_map(|node| port_of(&node.base)).collect();
        self.front.lead_to(&ports);
    }

    /// Kills a node and starts it again; the address leads to the other meanwhile.
    pub(super) fn kill(&mut self, number: usize) -> Result<()> {
        self.lead_to(&[1 - number]);
        let killed = self.nodes.get_mut(number).and_then(Option::take);
        if let Some(server) = killed {
            let place = server.kill()?;
            let again = self.node(place)?;
            if let Some(node) = self.nodes.get_mut(number) {
                *node = Some(again);
            }
        }
        Ok(())
    }

    pub(super) fn base_of(&self, number: usize) -> String {
        let node = self.nodes.get(number).and_then(Option::as_ref);
        node.map(|node| node.base.clone()).unwrap_or_default()
    }
}

fn port_of(base: &str) -> Option<u16> {
    base.rsplit_once(':')?.1.parse().ok()
}

pub(super) fn rolling(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("rolling")? else {
        return Ok(NO_POSTGRES);
    };
    let mut pair = Pair::start(stage, stage.setup("rolling", Some(&url)))?;
    let work = Work::start(&pair.base, "rolling")?;
    for _ in 0..if stage.long { 10 } else { 1 } {
        for number in [0, 1] {
            work.go_on(Duration::from_millis(500));
            let Some(node) = pair.nodes.get_mut(number).and_then(Option::take) else {
                bail!("a node is missing");
            };
            node.signal(Signal::TERM);
            let ready = format!("http://127.0.0.1:{}", node.management());
            wait_for(
                "the node says that it stops",
                Duration::from_secs(5),
                || get(&ready, "/health/ready", None).is_ok_and(|status| status == 503),
            )?;
            // From here on the address sends nobody there, as whatever distributes requests would.
            pair.lead_to(&[1 - number]);
            let (status, took, place) = node.stop()?;
            if !status.success() {
                bail!("the node ended with {status} after {} s", took.as_secs());
            }
            in_time("the end of a node", took, Duration::from_secs(20))?;
            let again = pair.node(place)?;
            if let Some(node) = pair.nodes.get_mut(number) {
                *node = Some(again);
            }
            pair.lead_to(&[number, 1 - number]);
        }
    }
    work.go_on(Duration::from_millis(500));
    let done = work.end()?;
    done.check(&pair.base)?;
    done.everybody_answered()?;
    Ok(Done::Held(done.sum()))
}

/// The node whose workers hold the leases stands still for longer than the leases, and comes back with what it had begun.
pub(super) fn stopped_node(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("stopped")? else {
        return Ok(NO_POSTGRES);
    };
    let pair = Pair::start(stage, stage.setup("stopped", Some(&url)))?;
    let work = Work::start(&pair.base, "stopped")?;
    work.go_on(Duration::from_millis(500));
    let first = pair.nodes.first().and_then(Option::as_ref);
    let Some(first) = first else {
        bail!("a node is missing");
    };
    pair.lead_to(&[1]);
    first.signal(Signal::STOP);
    work.go_on(Duration::from_secs(if stage.long { 65 } else { 7 }));
    first.signal(Signal::CONT);
    wait_for("the node is ready again", Duration::from_secs(10), || {
        let management = format!("http://127.0.0.1:{}", first.management());
        get(&management, "/health/ready", None).is_ok_and(|status| status == 200)
    })?;
    pair.lead_to(&[0, 1]);
    work.go_on(Duration::from_millis(500));
    let done = work.end()?;
    done.check(&pair.base)?;
    Ok(Done::Held(done.sum()))
}

pub(super) fn all_at_once(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("all")? else {
        return Ok(NO_POSTGRES);
    };
    let mut pair = Pair::start(stage, stage.setup("all", Some(&url)))?;
    let (access, _) = tokens(&pair.base)?;
    let mut browser = Browser::sign_in(&Api::new(&pair.base), crash::VISIT)?;
    let places: Vec<Place> = pair
        .nodes
        .iter_mut()
        .filter_map(Option::take)
        .map(Server::kill)
        .collect::<Result<_>>()?;
    pair.nodes.clear();
    for place in places {
        let node = pair.node(place)?;
        pair.nodes.push(Some(node));
    }
    pair.lead_to(&[1, 0]);
    browser.code()?;
    let userinfo = format!("/realms/{}/protocol/openid-connect/userinfo", crash::REALM);
    match get(&pair.base, &userinfo, Some(&access.replace(' ', "")))? {
        200 => Ok(Done::Held("a session and a token".to_owned())),
        status => bail!("a token from before is answered with {status}"),
    }
}

pub(super) fn another_key(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("key")? else {
        return Ok(NO_POSTGRES);
    };
    let setup = stage.setup("key", Some(&url));
    let first = stage.server(&setup)?;
    let other = [("CLOAKROOM_MASTER_KEY", KEY)];
    match stage.server_with(Place::new()?, &setup, &other) {
        Ok(_) => bail!("it was let in"),
        Err(error) if format!("{error:#}").contains("another master key") => {
            tokens(&first.base)?;
            Ok(Done::Held("it says why, and the other goes on".to_owned()))
        }
        Err(error) => bail!("it does not say why: {error:#}"),
    }
}

pub(super) fn propagation(stage: &Stage<'_>) -> Result<Done> {
    let Some(url) = stage.database("spread")? else {
        return Ok(NO_POSTGRES);
    };
    let pair = Pair::start(stage, stage.setup("spread", Some(&url)))?;
    let (one, two) = (pair.base_of(0), pair.base_of(1));
    let api = Api::new(&one);
    let users = format!("/admin/realms/{}/users", crash::REALM);
    let found = api.get(
        &api.admin_token()?,
        &format!("{users}?username={}&exact=true", crash::USER.0),
    )?;
    let id = found
        .pointer("/0/id")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let userinfo = format!("/realms/{}/protocol/openid-connect/userinfo", crash::REALM);
    let (rounds, mut slowest) = (if stage.long { 50 } else { 4 }, Duration::ZERO);
    for _ in 0..rounds {
        let (access, _) = tokens(&pair.base)?;
        // The other node asks again and again meanwhile, so that it has its answer at hand.
        let stop = Arc::new(AtomicBool::new(false));
        let asking = {
            let (stop, two, userinfo, access) = (
                Arc::clone(&stop),
                two.clone(),
                userinfo.clone(),
                access.clone(),
            );
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let _ = get(&two, &userinfo, Some(&access));
                }
            })
        };
        switch(&api, &format!("{users}/{id}"), false)?;
        let refused = wait_for("the other node refuses", Duration::from_secs(3), || {
            get(&two, &userinfo, Some(&access)).is_ok_and(|status| status == 401)
        });
        stop.store(true, Ordering::Relaxed);
        let _ = asking.join();
        slowest = slowest.max(refused?);
        switch(&api, &format!("{users}/{id}"), true)?;
    }
    in_time("the other node", slowest, Duration::from_secs(1))?;
    Ok(Done::Held(format!(
        "{rounds} times, {} ms at most",
        slowest.as_millis()
    )))
}

fn switch(api: &Api, path: &str, enabled: bool) -> Result<()> {
    let request = api.agent.put(format!("{}{path}", api.base));
    let request = request.header("Authorization", format!("Bearer {}", api.admin_token()?));
    let answer = request.send_json(serde_json::json!({ "enabled": enabled }))?;
    match answer.status().as_u16() {
        204 => Ok(()),
        status => bail!("a user was not changed: {status}"),
    }
}
