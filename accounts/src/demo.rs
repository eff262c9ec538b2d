//! People of the demo (R31): one of each role, without passwords, let in by links that are printed
//! at each start.

use crate::links;
use domain::people::{Email, Role};
use jiff::Timestamp;
use store::people;
use store::sessions::Purpose;
use store::{Db, Tx};

/// A link for each role, the demo's people made where they are missing. Only for a database that is
/// the demo's own.
pub async fn links(db: &Db, now: Timestamp) -> anyhow::Result<Vec<(Role, String)>> {
    let mut links = Vec::new();
    let mut tx = db.begin().await?;
    for role in Role::ALL {
        let id = somebody(&mut tx, *role, now).await?;
        let path = links::make(&mut tx, Some(id), Purpose::SignIn, now).await?;
        links.push((*role, path));
    }
    tx.commit().await?;
    Ok(links)
}

async fn somebody(tx: &mut Tx, role: Role, now: Timestamp) -> anyhow::Result<domain::id::PersonId> {
    let address = format!("{role}@demo.invalid");
    let email = Email::parse(&address).ok_or_else(|| anyhow::anyhow!("{address} is no address"))?;
    if let Some(known) = people::by_email(tx, &email).await? {
        return Ok(known.id);
    }
    let person = people::draft(email, role.as_str(), role, now);
    people::insert(tx, &person).await?;
    Ok(person.id)
}
