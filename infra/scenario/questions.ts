import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** A look at a letter, as the simulated Altinn was asked for it. */
export interface Question {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the simulated clock showed: whatever became of the letter before is in the answer. */
  readonly clock: number;
}

export interface Questions {
  /** By letter, each in order. */
  readonly byLetter: ReadonlyMap<string, readonly Question[]>;
  stop(): void;
}

const channel = 'http.server.request.start';

/** Notes when the simulated Altinn in this process is asked about a letter. */
export function noteQuestions(clock: () => number): Questions {
  const byLetter = new Map<string, Question[]>();
  const note = (message: unknown) => {
    const { url = '' } = (message as { request: IncomingMessage }).request;
    const letter = /^\/correspondence\/api\/v1\/correspondence\/([0-9a-f-]{36})(\/details)?$/i.exec(url)?.[1];
    if (!letter) return;
    const question = { at: Date.now(), clock: clock() };
    const asked = byLetter.get(letter.toLowerCase());
    if (asked) asked.push(question);
    else byLetter.set(letter.toLowerCase(), [question]);
  };
  subscribe(channel, note);
  return { byLetter, stop: () => void unsubscribe(channel, note) };
}
