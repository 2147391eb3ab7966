import type { Answer } from './question.ts';

/** What Altinn answered, for a follow-up's history: it names no person. */
export function inWords(answer: Answer): string {
  switch (answer.is) {
    case 'disputed':
      return answer.why;
    case 'silent':
      return `Altinn did not answer (${answer.why})`;
    case 'known': {
      const facts = Object.entries(answer.facts).map(([fact, at]) => `${fact} ${at}`);
      return `Altinn answered: ${facts.join(', ') || 'nothing that settles it'}`;
    }
  }
}
