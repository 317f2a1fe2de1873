// Runs before the first paint, so that a remembered theme never flashes.
try {
  const theme = localStorage.getItem('labelwright.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is blocked: the system's theme stands.
}
