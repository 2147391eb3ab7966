import { afterEach, expect, it, vi } from 'vitest';
import { Output } from '../../../infra/cli/output.ts';

afterEach(() => void vi.restoreAllMocks());

it.each([
  ['stdout', 'line'],
  ['stderr', 'note'],
] as const)('a terminal is given no command of what others have written: %s', (stream, method) => {
  const write = vi.spyOn(process[stream], 'write').mockImplementation(() => true);
  new Output(false)[method]('an event of id \u001b]0;title\u0007\u001b[2J\u009b1m\r, pushed\n\tand more');
  const [[text] = []] = write.mock.calls;
  expect(text).toBe('an event of id \ufffd]0;title\ufffd\ufffd[2J\ufffd1m\ufffd, pushed\n\tand more\n');
});
