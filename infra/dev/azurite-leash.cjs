// Loaded into Azurite before it starts: when the channel to its parent ends, because the parent let go of it
// or died, Azurite closes as it does on its own 'shutdown' message, which writes its data to disk.
process.once('disconnect', () => {
  if (process.listenerCount('message') === 0) process.exit();
  process.emit('message', 'shutdown');
  setTimeout(() => process.exit(1), 10_000).unref();
});
