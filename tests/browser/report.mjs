// What a script found: one line of JSON on standard output at its end, and for people the faults on
// standard error. The exit status is 1 where there is a fault.

export class Report {
  constructor() {
    this.checks = 0;
    this.faults = [];
    this.notes = {};
  }

  /** Counts one check; where it does not hold, it is a fault. Gives back whether it holds. */
  check(holds, where, what) {
    this.checks += 1;
    if (!holds) {
      this.fault(where, what);
    }
    return Boolean(holds);
  }

  fault(where, what) {
    const line = `${where}: ${what}`;
    if (!this.faults.includes(line)) {
      this.faults.push(line);
    }
  }

  /** Something measured, kept for people to read. */
  note(name, value) {
    this.notes[name] = value;
  }

  finish() {
    const { checks, faults, notes } = this;
    process.stdout.write(`${JSON.stringify({ checks, faults, notes })}\n`);
    const lines = faults.map((fault) => `FAULT ${fault}\n`);
    process.stderr.write(`${lines.join("")}${checks} checks, ${faults.length} faults\n`);
    process.exitCode = faults.length === 0 ? 0 : 1;
  }
}

/** The address of the server under test: the script's first argument, without a slash at its end. */
export function base() {
  const given = process.argv[2];
  if (!given) {
    throw new Error(`usage: node ${process.argv[1]} http://127.0.0.1:PORT`);
  }
  return given.replace(/\/$/, "");
}
