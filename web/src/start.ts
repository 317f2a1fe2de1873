/** Starts the application; the start pages (`main.ts`, `label.ts`) say with which half of it. */

import { mount } from 'svelte'
import './ui/theme.css'
import './ui/base.css'
import App from './app/App.svelte'
import { connection } from './app/connection.svelte.ts'
import { navigation } from './app/navigation.svelte.ts'
import { session } from './app/session.svelte.ts'

export function start(): void {
  navigation.listen()
  connection.listen()
  void session.load()
  mount(App, { target: document.getElementById('app')! })
}
