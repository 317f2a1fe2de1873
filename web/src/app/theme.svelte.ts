import { writePreference } from './preference.ts'

export type Theme = 'system' | 'light' | 'dark'

/** first.js has put the remembered choice on the page before the first paint. */
function remembered(): Theme {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

class ThemeChoice {
  current = $state<Theme>(remembered())

  set(theme: Theme): void {
    this.current = theme
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    writePreference('theme', theme === 'system' ? null : theme)
  }
}

export const theme = new ThemeChoice()
