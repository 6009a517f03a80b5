// Runs named tests one after the other, prints each, and keeps the count.

/** The results of one suite. */
export class Report {
  constructor(suite, say = console.log) {
    this.suite = suite;
    this.say = say;
    this.passed = 0;
    this.failed = 0;
  }

  /** Runs one test; what it throws makes it fail, and the suite goes on. */
  async test(title, body) {
    try {
      await body();
      this.record(title, null);
    } catch (error) {
      this.record(title, error?.stack ?? String(error), error?.cause);
    }
  }

  /** Records a test that another process ran. */
  record(title, error, cause) {
    if (error === null) {
      this.passed += 1;
      this.say(`  ok      ${title}`);
      return;
    }
    this.failed += 1;
    this.say(`  FAILED  ${title}`);
    const told = String(error)
      .split('\n')
      .filter((line) => !/^\s+at .*(node_modules|node:internal|harness\/report|run\.mjs)/.test(line));
    for (const line of told.slice(0, 14)) this.say(`          ${line}`);
    if (cause) this.say(`          cause: ${cause?.stack?.split('\n')[0] ?? JSON.stringify(cause)}`);
  }
}
