import { redactPersons } from '../../shared/runtime/redact.ts';

/** Where a command writes: results to stdout, progress and notes to stderr. */
export class Output {
  readonly json: boolean;
  /** Milliseconds between two lines of progress where there is no terminal. */
  reportEvery = 60_000;
  #reported = 0;
  #lastReport = '';
  #unfinished = false;

  constructor(json: boolean) {
    this.json = json;
  }

  /** A line of the result for a person; nothing with --json. */
  line(text = ''): void {
    if (!this.json) process.stdout.write(`${this.#done()}${shown(text)}\n`);
  }

  /** The result for a script; nothing without --json. Persons are masked; who gives an `endPoint` masks its key. */
  result(value: object): void {
    if (!this.json) return;
    const masked = (key: string, item: unknown) =>
      typeof item === 'string' && key !== 'endPoint' ? redactPersons(item) : item;
    process.stdout.write(`${this.#done()}${JSON.stringify(value, masked, 2)}\n`);
  }

  /** A line beside the result. */
  note(text: string): void {
    process.stderr.write(`${this.#done()}${shown(text)}\n`);
  }

  /** What is being waited for: one line that changes on a terminal, a line a minute elsewhere, and none twice in a row. */
  progress(text: string): void {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[2K${text.slice(0, process.stderr.columns - 1)}`);
      this.#unfinished = true;
    } else if (text !== this.#lastReport && Date.now() - this.#reported >= this.reportEvery) {
      process.stderr.write(`${text}\n`);
      this.#reported = Date.now();
      this.#lastReport = text;
    }
  }

  #done(): string {
    if (this.#unfinished) process.stderr.write('\r\x1b[2K');
    this.#unfinished = false;
    return '';
  }
}

/** A text that may hold what anybody has pushed, without what a terminal would take for a command. */
function shown(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}
