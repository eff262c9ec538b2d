//! The real program, started as people start it.

use super::http::{self, Request, Response};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A running `almanac serve` on a free loopback port; killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    output: Arc<Mutex<String>>,
}

impl Server {
    /// Starts `serve --data-dir DATA` with more arguments and waits until `/readyz` says 200.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        Self::run(&mut program(), data, more)
    }

    /// The same with the time that a file shows; needs `--allow-now`.
    pub fn start_at(clock: &Path, data: &Path, more: &[&str]) -> Self {
        let mut program = program();
        Self::run(program.env("ALMANAC_TEST_CLOCK_FILE", clock), data, more)
    }

    fn run(program: &mut Command, data: &Path, more: &[&str]) -> Self {
        let mut child = program
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("almanac starts");
        let output = Arc::new(Mutex::new(String::new()));
        let (found, address) = channel();
        collect(child.stdout.take(), &output, found.clone());
        collect(child.stderr.take(), &output, found);
        let address = wait_for(&address, &mut child, &output);
        let server = Self {
            child,
            address,
            output,
        };
        server.wait_until_ready();
        server
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An absolute address on it, for clients.
    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// `GET target`.
    pub fn get(&self, target: &str) -> Response {
        self.send(&Request::new("GET", target))
    }

    /// Any request.
    pub fn send(&self, request: &Request) -> Response {
        let answer = request.send(self.address);
        answer.unwrap_or_else(|error| self.fail(&format!("{}: {error}", request.target())))
    }

    /// Asks again and again until the answer is as wanted; fails the test after `limit`.
    pub fn get_until(
        &self,
        target: &str,
        limit: Duration,
        wanted: impl Fn(&Response) -> bool,
    ) -> Response {
        let start = Instant::now();
        loop {
            let answer = self.get(target);
            if wanted(&answer) {
                return answer;
            }
            assert!(
                start.elapsed() < limit,
                "{target} is not as wanted after {limit:?}: {} {}",
                answer.status,
                answer.text()
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// All that it has printed so far, standard output and standard error.
    pub fn output(&self) -> String {
        let text = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        text.clone()
    }

    /// Kills it without warning (SIGKILL), as a power cut would.
    pub fn kill9(mut self) {
        self.child.kill().expect("the program runs");
        self.child.wait().expect("the program has died");
    }

    /// Asks it to stop (SIGTERM) and waits for the end.
    pub fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill starts").success(), "SIGTERM is sent");
        let start = Instant::now();
        loop {
            if let Some(status) = self
                .child
                .try_wait()
                .expect("the program can be waited for")
            {
                return status;
            }
            if start.elapsed() > STOP_LIMIT {
                self.fail("it does not stop");
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn wait_until_ready(&self) {
        let start = Instant::now();
        while !http::get(self.address, "/readyz").is_ok_and(|answer| answer.status == 200) {
            if start.elapsed() > START_LIMIT {
                self.fail("it never gets ready");
            }
            sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        panic!("{what}\n{}", self.output())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_dead = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// What a command that ended has said.
#[derive(Debug)]
pub struct Finished {
    /// The exit status; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `almanac` with these arguments to its end.
pub fn cli(arguments: &[&str]) -> Finished {
    let output = program()
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("almanac starts");
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The program without the settings that the test run's own environment holds.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almanac"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ALMANAC_") {
            command.env_remove(name);
        }
    }
    command
}

/// Keeps what a stream says, and reports the address it names.
fn collect(
    stream: Option<impl Read + Send + 'static>,
    output: &Arc<Mutex<String>>,
    found: Sender<SocketAddr>,
) {
    let stream = stream.expect("the stream is piped");
    let output = Arc::clone(output);
    spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            if let Some((_, address)) = line.split_once("listening on http://") {
                let address = address.split([' ', '/']).next().unwrap_or_default().trim();
                if let Ok(address) = address.parse() {
                    let _nobody_waits_any_more = found.send(address);
                }
            }
            let mut text = output.lock().unwrap_or_else(PoisonError::into_inner);
            text.push_str(&line);
            text.push('\n');
        }
    });
}

fn wait_for(
    address: &Receiver<SocketAddr>,
    child: &mut Child,
    output: &Mutex<String>,
) -> SocketAddr {
    address.recv_timeout(START_LIMIT).unwrap_or_else(|error| {
        let _already_dead = child.kill();
        let _reaped = child.wait();
        let text = output.lock().unwrap_or_else(PoisonError::into_inner);
        panic!("no \"listening on\" line ({error})\n{text}")
    })
}
