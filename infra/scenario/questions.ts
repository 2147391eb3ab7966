import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The simulated Altinn was asked about a letter, and answered. */
export interface Question {
  readonly correspondenceId: string;
  /** In simulated milliseconds, when it came: whatever became of the letter before is in the answer. */
  readonly at: number;
}

/**
 * Notes each question about a letter, in an array. It counts once it was answered; what it was answered is what was so
 * when it came.
 * @returns what ends that
 */
export function noteQuestions(questions: Question[], now: () => number): () => void {
  const asked = new WeakMap<IncomingMessage, Question>();
  const noteRequest = (message: unknown) => {
    const { request } = message as Exchange;
    const [, id] =
      /^\/correspondence\/api\/v1\/correspondence\/([0-9a-f-]{36})(\/details)?$/i.exec(request.url ?? '') ??
      [];
    if (id) asked.set(request, { correspondenceId: id.toLowerCase(), at: now() });
  };
  const noteAnswer = (message: unknown) => {
    const { request, response } = message as Exchange;
    const question = asked.get(request);
    if (question && response.statusCode < 500) questions.push(question);
  };
  subscribe('http.server.request.start', noteRequest);
  subscribe('http.server.response.finish', noteAnswer);
  return () => {
    unsubscribe('http.server.request.start', noteRequest);
    unsubscribe('http.server.response.finish', noteAnswer);
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
