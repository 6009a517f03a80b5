//! A simple browser, as the conformance suite drives one: cookies, redirects and forms, no JavaScript.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::html::{self, Form};
use crate::http::{Answer, Request, decode};
use crate::realm::Person;
use crate::server::{Server, pause};

const MOST_STEPS: usize = 20;

/// So often a browser comes again to a server that has too much to do.
const MOST_WAITS: usize = 6;

/// The browser of one person; it stops where it would load an address of another server.
pub(crate) struct Browser {
    server: Arc<Server>,
    /// The address that it knows the server by, without a slash at its end.
    base: String,
    cookies: BTreeMap<String, String>,
    /// The forms that were filled in, by their ids, in their order.
    pub(crate) asked: Vec<String>,
}

/// Where the browser ended.
#[derive(Debug)]
pub(crate) enum Place {
    /// At the client, with these parameters.
    Client(Callback),
    /// On a page of the server that it cannot go on from by itself.
    Page(Page),
}

/// How the client was called back.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) address: String,
    pub(crate) method: &'static str,
    pub(crate) parameters: Vec<(String, String)>,
}

/// A page of the server.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) address: String,
    pub(crate) answer: Answer,
}

impl Callback {
    pub(crate) fn get(&self, name: &str) -> &str {
        let mut found = self.parameters.iter();
        found
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }
}

impl Page {
    pub(crate) fn form(&self, id: &str) -> Option<Form> {
        let mut forms = html::forms(&self.answer.body).into_iter();
        forms.find(|form| form.id == id)
    }

    pub(crate) fn is_error(&self) -> bool {
        self.answer.is_page() && self.answer.body.contains("id=\"kc-error-message\"")
    }

    pub(crate) fn is_login(&self) -> bool {
        self.form("kc-form-login").is_some()
    }
}

impl Place {
    /// The answer that the client got.
    pub(crate) fn client(self) -> Callback {
        match self {
            Self::Client(callback) => callback,
            Self::Page(page) => panic!(
                "the client is not called: {} {} {}",
                page.answer.status, page.address, page.answer.body
            ),
        }
    }

    pub(crate) fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Client(callback) => panic!("the client is called: {callback:?}"),
        }
    }
}

impl Browser {
    pub(crate) fn new(server: &Arc<Server>) -> Self {
        Self::at(server, &server.base)
    }

    /// One that reaches the server through a proxy at this address, which takes the path of the address away.
    pub(crate) fn at(server: &Arc<Server>, base: &str) -> Self {
        Self {
            server: Arc::clone(server),
            base: base.to_owned(),
            cookies: BTreeMap::new(),
            asked: Vec::new(),
        }
    }

    /// Opens an address and follows redirects; fills in nothing.
    pub(crate) fn open(&mut self, target: &str) -> Place {
        self.follow(Request::get(target))
    }

    /// Opens an address and answers what it is asked, as this person who allows everything.
    pub(crate) fn answer(&mut self, target: &str, person: &Person) -> Place {
        let place = self.open(target);
        self.go_on(place, person)
    }

    /// Answers what the person is asked until the client is called or nothing is asked any more.
    pub(crate) fn go_on(&mut self, mut place: Place, person: &Person) -> Place {
        for _ in 0..MOST_STEPS {
            let Place::Page(page) = &place else {
                return place;
            };
            if let Some(mut form) = page.form("kc-form-login") {
                if form.has("username") {
                    form.set("username", &person.username);
                }
                form.set("password", &person.password);
                self.asked.push(form.id.clone());
                place = self.submit(&page.address.clone(), &form);
            } else if let Some(mut form) = page.form("kc-oauth") {
                form.press("accept");
                self.asked.push(form.id.clone());
                place = self.submit(&page.address.clone(), &form);
            } else {
                return place;
            }
        }
        panic!("the person is asked again and again: {:?}", self.asked);
    }

    /// Sends a form that stands on the page of this address.
    pub(crate) fn submit(&mut self, page: &str, form: &Form) -> Place {
        let target = self.resolve(page, &form.action);
        match self.path_of(&target) {
            Some(path) => self.follow(Request::form(&path, &form.fields)),
            None => Place::Client(Callback {
                address: target,
                method: "POST",
                parameters: form.fields.clone(),
            }),
        }
    }

    /// The cookies as the header sends them.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Sends one request with this browser's cookies and keeps those it gets.
    ///
    /// A server that has too much to do says when to come again; stories beside this one may be a flood of passwords.
    pub(crate) fn send(&mut self, request: Request) -> Answer {
        let cookies = self.cookies();
        let request = match cookies.is_empty() {
            true => request,
            false => request.with("Cookie", &cookies),
        };
        let mut answer = self.server.send(&request);
        for _ in 0..MOST_WAITS {
            let Some(wait) = wait_of(&answer) else {
                break;
            };
            pause(wait);
            answer = self.server.send(&request);
        }
        for cookie in answer.all("set-cookie") {
            self.keep(cookie);
        }
        answer
    }

    pub(crate) fn follow(&mut self, mut request: Request) -> Place {
        for _ in 0..MOST_STEPS {
            let address = format!("{}{}", self.base, request.target);
            let answer = self.send(request);
            let Some(next) = answer.location() else {
                return self.arrived(Page { address, answer });
            };
            let next = self.resolve(&address, next);
            match self.path_of(&next) {
                Some(path) => request = Request::get(&path),
                None => {
                    let query = next.split_once(['?', '#']).map_or("", |(_, query)| query);
                    return Place::Client(Callback {
                        parameters: decode(query),
                        address: next.clone(),
                        method: "GET",
                    });
                }
            }
        }
        panic!("the browser is sent on and on");
    }

    /// A page with one form that leads to another server is the response mode `form_post`: the button is pressed.
    fn arrived(&mut self, page: Page) -> Place {
        let forms = html::forms(&page.answer.body);
        match forms.as_slice() {
            [form] if page.answer.is_page() && self.leads_away(&form.action) => {
                assert_eq!(form.method, "POST");
                self.submit(&page.address, form)
            }
            _ => Place::Page(page),
        }
    }

    fn leads_away(&self, action: &str) -> bool {
        action.contains("://") && self.path_of(action).is_none()
    }

    /// The path of an address of this server; nothing for one of another.
    pub(crate) fn path_of(&self, address: &str) -> Option<String> {
        let rest = address.strip_prefix(&self.base)?;
        rest.starts_with('/').then(|| rest.to_owned())
    }

    fn resolve(&self, page: &str, to: &str) -> String {
        match to {
            _ if to.contains("://") => to.to_owned(),
            // What begins with a slash is below the host, and not below the path of the address.
            _ if to.starts_with('/') => {
                let base = url::Url::parse(&self.base).unwrap();
                format!("{}{to}", base.origin().ascii_serialization())
            }
            _ => url::Url::parse(page).unwrap().join(to).unwrap().into(),
        }
    }

    fn keep(&mut self, line: &str) {
        let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
        let (name, value) = pair.expect("a cookie has a name");
        let is_over = line
            .to_ascii_lowercase()
            .split(';')
            .any(|part| part.trim() == "max-age=0");
        if is_over {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// How long a server that judged nothing wants to be left alone.
fn wait_of(answer: &Answer) -> Option<Duration> {
    let seconds = answer
        .header("retry-after")
        .filter(|_| answer.status == 503)?;
    seconds.parse().ok().map(Duration::from_secs)
}
