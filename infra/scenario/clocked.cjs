// Loaded into Azurite, the receiver and the command line before they start: their Date, the embedded host's timers, and
// the pauses between requests then go by the story's clock, which is a file. How long a request may take does not: that
// is AbortSignal.timeout and the global setTimeout.
const { tracingChannel } = require('node:diagnostics_channel');
const { openSync, readSync, writeSync } = require('node:fs');
const timers = require('node:timers');
const promises = require('node:timers/promises');

const file = openSync(process.env.STORY_CLOCK, 'r+');
const shown = new Float64Array(1);
const now = () => {
  readSync(file, shown, 0, 8, 0);
  return shown[0];
};

globalThis.Date = new Proxy(Date, {
  apply: () => new Date().toString(),
  construct: (target, given, made) => Reflect.construct(target, given.length > 0 ? given : [now()], made),
  get: (target, name) => (name === 'now' ? now : target[name]),
});

// It looks at the clock now and then, so that nothing is asked of a queue without pause while time flies.
const lookMs = 200;
timers.setTimeout = (run, milliseconds) => {
  const due = now() + milliseconds;
  const look = setInterval(
    () => {
      if (now() < due) return;
      clearInterval(look);
      run();
    },
    Math.min(milliseconds, lookMs),
  );
  return look;
};

const pause = promises.setTimeout;
promises.setTimeout = async (milliseconds, value, options) => {
  const due = now() + milliseconds;
  do await pause(Math.min(milliseconds, 20), undefined, options);
  while (now() < due);
  return value;
};

// What the receiver has in hand, for whoever moves the clock: how many invocations that have to do with time, and since
// when it has the oldest of the events, which can be taken in and tracked at any speed.
const events = ['receive-events', 'track-events'];
const inHand = new Set();
const tell = () => {
  const [timely, timeless] = [[], []];
  for (const { name, since } of inHand) (events.includes(name) ? timeless : timely).push(since);
  writeSync(file, new Float64Array([timely.length, Math.min(...timeless)]), 0, 16, 8);
};
tracingChannel('host.invocation').subscribe({
  start(invocation) {
    invocation.since = now();
    inHand.add(invocation);
    tell();
  },
  asyncEnd(invocation) {
    inHand.delete(invocation);
    tell();
  },
});
