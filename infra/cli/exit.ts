/** What the command line ends with; its help names them. */
export const exit = { ok: 0, failed: 1, usage: 2, notValidated: 3, differs: 4 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** Ends a command: the message says what was wrong and what to do, and holds no secret. */
export class Failure extends Error {
  override name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exit.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
