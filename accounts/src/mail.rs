//! Mail that goes out: invitations, links to choose another password, and word of what was changed
//! about a sign-in. Through one SMTP server, or not at all: where none is configured, the command
//! line prints the links.

use domain::id::PublicId;
use domain::people::Email;
use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::{Duration, SystemTime};
use web::base_url::BaseUrl;
use web::locale::T;

/// How long the server may take for one mail.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Where mail is handed in. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Mailer(Option<Smtp>);

#[derive(Clone)]
struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The server's password is in there.
impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({})", self.from)
    }
}

/// Why mail could not be sent, or cannot be.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address of the server cannot be used.
    #[error("smtp-url is not an address like smtps://user:password@mail.example:465: {0}")]
    Server(String),
    /// The sender's address cannot be used.
    #[error("mail-from {0:?} is not an address like \"Almanac <calendar@example.org>\"")]
    From(String),
    /// A sender without a server, or a server without a sender.
    #[error("smtp-url and mail-from go together: set both or neither")]
    Half,
    /// A letter could not be put together.
    #[error("a mail could not be written: {0}")]
    Letter(String),
    /// The server did not take it.
    #[error("the mail server says: {0}")]
    Refused(#[from] lettre::transport::smtp::Error),
}

/// One mail, in the language of whoever caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: Email,
    /// What it is about, in a line.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
}

impl Mailer {
    /// Mail through `smtp_url` (`smtps://user:password@host:465`, or `smtp://host:587?tls=required`),
    /// from `from`. Nothing is sent yet.
    pub fn new(smtp_url: Option<&str>, from: Option<&str>) -> Result<Self, MailError> {
        let (url, from) = match (smtp_url, from) {
            (None, None) => return Ok(Self(None)),
            (Some(url), Some(from)) => (url, from),
            _ => return Err(MailError::Half),
        };
        // What is wrong is told without the address, which holds a password.
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| MailError::Server(error.to_string()))?
            .timeout(Some(TIME_LIMIT))
            .build();
        let from = from.parse().map_err(|_| MailError::From(from.to_owned()))?;
        Ok(Self(Some(Smtp { server, from })))
    }

    /// Whether any mail can go out.
    pub const fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Asks the server whether it is there and takes what we sign in with. `None` where none is
    /// configured, else the sender.
    pub async fn check(&self) -> Result<Option<String>, MailError> {
        let Some(smtp) = &self.0 else {
            return Ok(None);
        };
        smtp.server.test_connection().await?;
        Ok(Some(smtp.from.to_string()))
    }

    /// Sends a mail. True when the server took it, false when none is configured.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Result<bool, MailError> {
        let Some(smtp) = &self.0 else {
            return Ok(false);
        };
        let message = message(letter, &smtp.from, now)?;
        smtp.server.send(message).await?;
        Ok(true)
    }

    /// Sends a mail aside, so that nobody can tell by the time whether there was one to send.
    pub fn send_aside(&self, letter: Letter, now: Timestamp) {
        let mailer = self.clone();
        tokio::spawn(async move {
            if let Err(error) = mailer.send(&letter, now).await {
                tracing::error!(%error, "a mail could not be sent");
            }
        });
    }
}

fn message(letter: &Letter, from: &Mailbox, now: Timestamp) -> Result<Message, MailError> {
    let wrong = |error: &dyn std::fmt::Display| MailError::Letter(error.to_string());
    let to = letter.to.as_str().parse().map_err(|error| wrong(&error))?;
    let id = PublicId::from_bits(store::random_bits());
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(date)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|error| wrong(&error))
}

/// No line of a subject ever begins another field.
fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// What a letter says: where it leads, and who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody is invited.
    Invitation,
    /// Somebody forgot a password, or says so.
    Reset,
}

/// The letter with a link.
pub fn with_link(occasion: Occasion, to: &Email, (base, path): (&BaseUrl, &str), t: T) -> Letter {
    let [subject, text] = match occasion {
        Occasion::Invitation => ["mail.invitation_subject", "mail.invitation"],
        Occasion::Reset => ["mail.reset_subject", "mail.reset"],
    };
    let link = base.join(path);
    let host = base.authority();
    Letter {
        to: to.clone(),
        subject: t.f(subject, &[("host", host)]),
        text: t.f(text, &[("host", host), ("link", &link)]),
    }
}

/// Word to somebody that their sign-in was changed, in case it was not they who did.
pub fn of_change(to: &Email, what: &'static str, base: &BaseUrl, t: T) -> Letter {
    let host = base.authority();
    let forgot = base.join("/forgot");
    Letter {
        to: to.clone(),
        subject: t.f("mail.changed_subject", &[("host", host)]),
        text: t.f(
            "mail.changed",
            &[("host", host), ("what", t.s(what)), ("link", &forgot)],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::locale::UiLang;

    #[test]
    fn settings_go_together_and_are_refused_without_telling_the_password() {
        let new = |url, from| Mailer::new(url, from).map(|mailer| mailer.is_configured());
        assert!(!new(None, None).unwrap());
        let from = Some("Almanac <calendar@example.org>");
        assert!(new(Some("smtps://u:hunter2@mail.example:465"), from).unwrap());
        assert!(new(Some("smtp://localhost:2525"), from).unwrap());
        for (url, from) in [
            (Some("smtps://u:hunter2@mail.example"), None),
            (None, from),
            (Some("hunter2"), from),
            (Some("https://u:hunter2@mail.example"), from),
            (Some("smtp://localhost"), Some("nobody")),
        ] {
            let said = new(url, from).unwrap_err().to_string();
            assert!(!said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn e8_a_letter_leads_to_the_configured_address_and_nowhere_else() {
        let base = BaseUrl::parse("https://almanac.example").unwrap();
        let to = Email::parse("ann@example.org").unwrap();
        for ui in UiLang::ALL {
            for occasion in [Occasion::Invitation, Occasion::Reset] {
                let letter = with_link(occasion, &to, (&base, "/welcome/x"), T::new(*ui));
                assert!(letter.text.contains("https://almanac.example/welcome/x"));
                assert!(letter.subject.contains("almanac.example"));
                assert!(!letter.text.contains("mail.") && !letter.text.contains('{'));
            }
        }
    }

    #[test]
    fn a_letter_is_one_mail_to_one_person() {
        let letter = Letter {
            to: Email::parse("ann@example.org").unwrap(),
            subject: "안녕\r\nBcc: eve@example.org".into(),
            text: "첫 줄\n.\n둘째 줄\n".into(),
        };
        let from = "Almanac <calendar@example.org>".parse().unwrap();
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let written = message(&letter, &from, now).unwrap();
        let recipients = written.envelope().to();
        assert_eq!(recipients.len(), 1);
        let raw = String::from_utf8(written.formatted()).unwrap();
        assert!(!raw.contains("\nBcc:"), "{raw}");
        assert!(raw.contains("Date: Sun, 22 Nov 2026 03:00:00"), "{raw}");
    }
}
