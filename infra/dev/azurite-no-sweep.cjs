// Loaded into an Azurite that keeps its data in memory. Once a minute it would sweep what its queues no longer need,
// and answer nobody meanwhile: for 10 s and more after some thousand messages. It ends before that memory matters.
// Source: azurite 3.35, QueueGCManager.ts and MemoryExtentStore.ts
require('azurite/dist/src/queue/utils/constants.js').DEFAULT_GC_INTERVAL_MS = 24 * 3600 * 1000;
