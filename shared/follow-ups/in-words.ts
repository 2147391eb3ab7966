import type { Answer } from './question.ts';

/** What Altinn answered, for a follow-up's history: it names no person. */
export function inWords(answer: Answer): string {
  switch (answer.is) {
    case 'disputed':
      return answer.why;
    case 'silent':
      return `Altinn did not answer (${answer.why})`;
    case 'known': {
      const { facts, dueAt } = answer;
      const told = Object.entries({ ...(dueAt && { due: dueAt }), ...facts }).map(
        ([what, at]) => `${what} ${at}`,
      );
      return `Altinn answered: ${told.join(', ') || 'nothing that settles it'}`;
    }
  }
}
