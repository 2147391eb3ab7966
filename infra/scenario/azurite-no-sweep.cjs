// Once a minute Azurite sweeps what its queues no longer need, and answers nobody meanwhile: for 10 s and more after
// some thousand messages. A story is over before that matters.
// Source: azurite 3.35, QueueGCManager.ts and MemoryExtentStore.ts
require('azurite/dist/src/queue/utils/constants.js').DEFAULT_GC_INTERVAL_MS = 24 * 3600 * 1000;
