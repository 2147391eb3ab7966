import { Option } from 'commander';
import { type DeadLetter, DeadLetters } from '../../../shared/queue/dead-letters.ts';
import type { Storage } from '../../../shared/storage/connect.ts';
import { queueNames } from '../../../shared/storage/stores.ts';
import type { CommonOptions } from '../cli.ts';
import { Failure } from '../exit.ts';

export interface Options extends CommonOptions {
  readonly queue?: string;
}

export const queueOption = () =>
  new Option('--queue <name>', 'of one queue alone').choices(Object.values(queueNames));

/** Those of one queue or of all, oldest first. */
export async function readAll({ tables }: Storage, queue: string | undefined): Promise<DeadLetter[]> {
  const deadLetters = new DeadLetters(tables.deadLetters);
  const names = queue ? [queue] : Object.values(queueNames);
  const all = await Promise.all(names.map((name) => deadLetters.list(name)));
  return all.flat().sort((a, b) => (a.deadLetteredAt < b.deadLetteredAt ? -1 : 1));
}

/** The one whose id begins so. @throws Failure when none does, or several do */
export function find(all: readonly DeadLetter[], id: string): DeadLetter {
  const [found, ...others] = all.filter((letter) => letter.id.startsWith(id.toLowerCase()));
  if (!found) throw new Failure(`There is no dead letter ${id}: see \`dead-letters list\``);
  if (others.length > 0)
    throw new Failure(`${others.length + 1} dead letters begin with ${id}: give more of the id`);
  return found;
}

/** As many characters of an id as tell any two apart. */
export function shortId({ id }: DeadLetter): string {
  return id.slice(0, 13);
}

/** All but the message. */
export function summaryOf({ id, queue, deadLetteredAt, reason }: DeadLetter) {
  return { id, queue, deadLetteredAt, reason };
}

/** The message, or its text where that is no JSON. */
export function messageOf({ raw }: DeadLetter): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
