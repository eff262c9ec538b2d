//! Categories of calendars.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{read_json, write_json};
use domain::calendar::{Category, Slug};

/// The category of calendars that were put in none.
pub const OTHER: &str = "other";

#[derive(sqlx::FromRow)]
struct Row {
    slug: String,
    title: String,
}

/// All categories in the editors' order.
pub async fn all(conn: &mut Conn) -> Result<Vec<Category>> {
    let rows = sql!(conn, all Row, "SELECT slug, title FROM category ORDER BY position, slug")?;
    rows.iter().map(read).collect()
}

#[derive(sqlx::FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    row: Row,
    calendars: i64,
}

/// All categories in the editors' order, each with how many public calendars it has.
pub async fn with_counts(conn: &mut Conn) -> Result<Vec<(Category, i64)>> {
    let rows = sql!(
        conn,
        all CountedRow,
        "SELECT g.slug, g.title,
            (SELECT count(*)
             FROM calendar c
             WHERE c.category = g.slug AND c.visibility = 'public') AS calendars
         FROM category g
         ORDER BY g.position, g.slug"
    )?;
    rows.iter()
        .map(|counted| Ok((read(&counted.row)?, counted.calendars)))
        .collect()
}

fn read(row: &Row) -> Result<Category> {
    let slug = Slug::parse(&row.slug).map_err(|cause| crate::Error::Damaged {
        what: "category",
        cause: cause.to_string(),
    })?;
    Ok(Category {
        slug,
        title: read_json("category", &row.title)?,
    })
}

/// Adds a category unless there is one of this slug.
pub async fn add(tx: &mut Tx, category: &Category) -> Result<()> {
    sql!(
        tx,
        execute,
        "INSERT INTO category (slug, title, position)
         VALUES ($1, $2, (SELECT coalesce(max(position), 0) + 1 FROM category))
         ON CONFLICT (slug) DO NOTHING",
        category.slug.as_str(),
        write_json("category", &category.title)?
    )?;
    Ok(())
}

/// Adds a category, or gives it another title. It keeps its place in the order.
pub async fn put(tx: &mut Tx, category: &Category) -> Result<()> {
    sql!(
        tx,
        execute,
        "INSERT INTO category (slug, title, position)
         VALUES ($1, $2, (SELECT coalesce(max(position), 0) + 1 FROM category))
         ON CONFLICT (slug) DO UPDATE SET title = excluded.title",
        category.slug.as_str(),
        write_json("category", &category.title)?
    )?;
    Ok(())
}
