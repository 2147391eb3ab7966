import type { Asked } from '../../../shared/follow-ups/question.ts';

const never = async (): Promise<never> => {
  throw new Error('nobody was to ask this');
};

/** What a question about a due date never asks for. */
export const notAsked: Pick<Asked, 'orders' | 'attachment'> = { orders: never, attachment: never };
