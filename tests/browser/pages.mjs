// Which pages there are: every route that answers people, with one event of every kind that the
// catalogue has.

const RANGE = "from=2025-12-01&to=2027-11-01&limit=200";

async function items(base, target) {
  const answer = await fetch(`${base}${target}`);
  if (!answer.ok) {
    throw new Error(`${target} answers ${answer.status}`);
  }
  return (await answer.json()).items;
}

const path = (address) => new URL(address).pathname + new URL(address).search;

/** One event page for each kind of time and state, by a name that says which. */
async function events(base, calendars) {
  const found = new Map();
  const keep = (name, event) => found.has(name) || found.set(name, path(event.page));
  for (const calendar of calendars) {
    for (const event of await items(base, `/api/v1/calendars/${calendar.slug}/events?${RANGE}`)) {
      keep(event.time_kind, event);
      keep(event.status, event);
      if (event.geo) keep("map", event);
      if (event.recurrence_id) keep("repeating", event);
      if (event.result) keep("result", event);
      if (event.description) keep("described", event);
    }
  }
  return found;
}

/** The form about an event, and the receipts of tips that are sent here: about it, and a wish. */
async function receipts(base, calendars, each) {
  const page = each.get("zoned") ?? [...each.values()][0];
  const event = page.split("/").pop().split("?")[0];
  const tips = [
    ["tip-receipt", { kind: "correction", event, changes: { place: "다람못 공원 야외무대" }, note: "공지를 봤어요." }],
    ["tip-receipt-new", { kind: "new_event", calendar: calendars[0].slug, changes: { title: "여름 축제", start: "2027-08-01T18:30" } }],
    ["tip-receipt-wish", { kind: "new_calendar", changes: { title: "다람못 장날" } }],
  ];
  const pages = [{ name: "tip-event", path: `/tips/new?event=${event}`, status: 200 }];
  for (const [name, tip] of tips) {
    const answer = await fetch(`${base}/api/v1/tips`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": name },
      body: JSON.stringify(tip),
    });
    if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    pages.push({ name, path: path((await answer.json()).receipt), status: 200 });
  }
  pages.push({ name: "tip-amend", path: `${pages[1].path}/amend`, status: 200 });
  return pages;
}

/**
 * All pages as `{ name, path, status }`. `calendar` is a calendar with tags and coming events.
 */
export async function publicPages(base) {
  const calendars = await items(base, "/api/v1/calendars?limit=200");
  const categories = await items(base, "/api/v1/categories");
  const calendar = `/calendars/${calendars.some((c) => c.slug === MAIN) ? MAIN : calendars[0].slug}`;
  const fixed = [
    ["home", "/", 200],
    ["week", "/week", 200],
    ["category", `/categories/${categories[0].slug}`, 200],
    ["calendar-month", calendar, 200],
    ["calendar-list", `${calendar}?view=list`, 200],
    ["calendar-week", `${calendar}?view=week`, 200],
    ["calendar-past", `${calendar}?view=past`, 200],
    ["calendar-empty", `${calendar}?month=2150-01`, 200],
    ["subscribe", `${calendar}/subscribe`, 200],
    ["search", "/search", 200],
    ["search-found", `/search?q=${encodeURIComponent("세일")}`, 200],
    ["search-nothing", "/search?q=zzzzqqqq", 200],
    ["tip-wish", "/tips/new", 200],
    ["tip-missing", `/tips/new?calendar=${calendar.split("/").pop()}`, 200],
    ["tip-requests", "/tips/requests", 200],
    ["about", "/about", 200],
    ["api-docs", "/api/docs", 200],
    ["cms", "/cms/", 200],
    ["partners", "/partners/", 401],
    ["not-found", "/no-such-page", 404],
    ["not-understood", `${calendar}?month=banana`, 400],
  ].map(([name, path, status]) => ({ name, path, status }));
  const each = await events(base, calendars);
  const tips = await receipts(base, calendars, each);
  return [...fixed, ...tips, ...[...each].map(([kind, path]) => ({ name: `event-${kind}`, path, status: 200 }))];
}

/** A sample calendar whose texts are in both languages. */
export const MAIN = "sample-baseball";
