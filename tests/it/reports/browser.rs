//! A Chromium without a window, which is told what to do through pipes: its own protocol, a message of JSON each.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::folder::Folder;

/// The programs that are looked for, unless `CHROMIUM` names one.
const PROGRAMS: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chrome",
];

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// One browser runs at a time: each takes more than one processor, and one of them is measured.
static ONE: Mutex<()> = Mutex::new(());

/// A browser with one page.
pub struct Browser {
    child: Child,
    input: ChildStdin,
    output: Receiver<Json>,
    session: Option<String>,
    sent: u64,
    events: Vec<Json>,
    /// Goes with the browser.
    _profile: Folder,
    _only: MutexGuard<'static, ()>,
}

/// The browser of this machine.
fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("CHROMIUM").filter(|program| !program.is_empty()) {
        return program.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| PROGRAMS.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    found.expect("this test needs Chromium: apt-get install chromium-headless-shell, or name it in CHROMIUM")
}

impl Browser {
    /// Starts the browser with an empty page.
    pub fn start() -> Self {
        let only = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = Folder::new();
        // It reads from 3 and writes to 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null"])
            .arg(program())
            .args(["--remote-debugging-pipe", "--headless", "--no-sandbox", "--disable-gpu"])
            .args([
                "--no-first-run",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        let input = child.stdin.take().expect("a pipe");
        let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while reader.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let Ok(json) = serde_json::from_slice(&message) else {
                    return;
                };
                if sender.send(json).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut browser = Self {
            child,
            input,
            output,
            session: None,
            sent: 0,
            events: Vec::new(),
            _profile: profile,
            _only: only,
        };
        let targets = browser.send("Target.getTargets", &json!({}));
        let targets = targets["targetInfos"].as_array().expect("targets");
        let page = targets.iter().find(|target| target["type"] == "page").expect("a page")["targetId"].clone();
        let attached = browser.send("Target.attachToTarget", &json!({"targetId": page, "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.send(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Sends a command and waits for the answer.
    pub fn send(&mut self, method: &str, parameters: &Json) -> Json {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input
            .write_all(format!("{message}\0").as_bytes())
            .unwrap_or_else(|e| panic!("Chromium does not run: {e}"));
        loop {
            let mut answer = self.next();
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }

    /// The next message; events are kept.
    fn next(&mut self) -> Json {
        let message = self.output.recv_timeout(PATIENCE);
        let message = message.unwrap_or_else(|e| panic!("Chromium does not answer: {e}"));
        if message["id"].is_null() {
            self.events.push(message.clone());
        }
        message
    }

    /// Opens a file, and forgets what happened before.
    pub fn open(&mut self, path: &Path) {
        self.events.clear();
        let url = format!("file://{}", path.display());
        let answer = self.send("Page.navigate", &json!({"url": url}));
        assert!(answer["errorText"].is_null(), "{answer}");
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            self.next();
        }
    }

    /// The value of an expression in the page; promises are waited for.
    pub fn value(&mut self, expression: &str) -> Json {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.send("Runtime.evaluate", &parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// How wide the page is shown, and in which colours.
    pub fn show(&mut self, width: u32, scheme: &str, media: &str) {
        let metrics = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500});
        self.send("Emulation.setDeviceMetricsOverride", &metrics);
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.send(
            "Emulation.setEmulatedMedia",
            &json!({"media": media, "features": features}),
        );
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let text = if key == "Enter" { "\r" } else { "" };
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            _ => panic!("{key} is a key that no test has pressed yet"),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.send("Input.dispatchKeyEvent", &event);
        }
    }

    /// Writes what the page looks like to a file, for people.
    pub fn screenshot(&mut self, name: &str) {
        let answer = self.send("Page.captureScreenshot", &json!({"format": "png"}));
        let data = STANDARD.decode(answer["data"].as_str().expect("a picture"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        std::fs::create_dir_all(&folder).expect("a folder for pages");
        std::fs::write(folder.join(format!("{name}.png")), data.expect("base64")).expect("a picture");
    }

    /// What has happened since the page was opened that nobody asked for: dialogs, words on the console, frames, and
    /// requests for anything but the page.
    pub fn incidents(&mut self) -> Vec<String> {
        const INCIDENTS: [&str; 4] = [
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Log.entryAdded",
            "Page.frameAttached",
        ];
        let mut incidents = self.effects();
        let told = |event: &&Json| INCIDENTS.iter().any(|incident| event["method"] == *incident);
        incidents.extend(self.events.iter().filter(told).map(Json::to_string));
        incidents
    }

    /// Those of them that the page's own policy has not kept from having an effect.
    pub fn effects(&mut self) -> Vec<String> {
        // Whatever is under way is told before the answer.
        self.value("new Promise(done => setTimeout(done, 100))");
        let blocked = |request: &Json| {
            self.events.iter().any(|event| {
                event["method"] == "Network.loadingFailed"
                    && event["params"]["requestId"] == *request
                    && event["params"]["blockedReason"] == "csp"
            })
        };
        let main = self
            .events
            .iter()
            .find(|event| event["method"] == "Network.requestWillBeSent");
        let main = main.map(|event| &event["params"]["requestId"]);
        let has_effect = |event: &&Json| match event["method"].as_str() {
            Some("Page.javascriptDialogOpening") => true,
            Some("Network.requestWillBeSent") => {
                let request = &event["params"]["requestId"];
                Some(request) != main && !blocked(request)
            }
            _ => false,
        };
        self.events.iter().filter(has_effect).map(Json::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to, it ends its own processes; else the end of the pipe ends it.
        self.session = None;
        let _ = self.input.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        for _ in 0..100 {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
