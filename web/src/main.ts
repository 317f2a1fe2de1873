import { mount } from 'svelte'
import './ui/theme.css'
import './ui/base.css'
import App from './app/App.svelte'
import { connection } from './app/connection.svelte.ts'
import { askEarly } from './app/label/early.ts'
import { navigation } from './app/navigation.svelte.ts'
import { session } from './app/session.svelte.ts'

navigation.listen()
connection.listen()
void session.load()

const { page, params } = navigation.route
if (page === 'label') {
  askEarly(params.task ?? '')
  void import('./app/label/LabelMode.svelte')
}

mount(App, { target: document.getElementById('app')! })
