// A screen that waits to be paired asks now and then whether it was.

setInterval(async () => {
  try {
    const answer = await fetch("/ioc/paired");
    if (answer.status === 205) location.reload();
  } catch {
    // the server is away for a moment
  }
}, 3000);

// the code holds for ten minutes; then another is shown
setTimeout(() => location.reload(), 600_000);
