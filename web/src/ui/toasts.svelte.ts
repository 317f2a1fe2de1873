export type ToastTone = 'info' | 'success' | 'warning' | 'danger'

export interface Toast {
  id: number
  tone: ToastTone
  text: string
  detail?: string
  action?: { label: string; run: () => void }
}

const SHOWN_MS: Record<ToastTone, number> = { info: 5000, success: 4000, warning: 8000, danger: 12000 }

class Toasts {
  list = $state.raw<Toast[]>([])
  #next = 1
  #timers = new Map<number, ReturnType<typeof setTimeout>>()

  show(tone: ToastTone, text: string, more: Pick<Toast, 'detail' | 'action'> = {}): number {
    const id = this.#next++
    this.list = [...this.list, { id, tone, text, ...more }].slice(-4)
    this.resume(id, tone)
    return id
  }

  /** Keep a toast while the pointer or the focus rests on it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id))
  }

  resume(id: number, tone: ToastTone): void {
    this.hold(id)
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), SHOWN_MS[tone]),
    )
  }

  dismiss(id: number): void {
    this.hold(id)
    this.#timers.delete(id)
    this.list = this.list.filter((toast) => toast.id !== id)
  }
}

export const toasts = new Toasts()
