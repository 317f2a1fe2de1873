export interface Question {
  title: string
  /** Paragraphs of plain text. */
  text: string[]
  confirm: string
  cancel?: string
  danger?: boolean
  /** The person types this text before the button works. */
  typed?: string
}

interface Asked extends Question {
  answer: (yes: boolean) => void
}

class Confirmations {
  current = $state.raw<Asked | null>(null)

  /** Ask and resolve to true when confirmed; a second question answers the first one with no. */
  ask(question: Question): Promise<boolean> {
    this.current?.answer(false)
    return new Promise((resolve) => {
      this.current = {
        ...question,
        answer: (yes) => {
          this.current = null
          resolve(yes)
        },
      }
    })
  }
}

export const confirmations = new Confirmations()

export function confirm(question: Question): Promise<boolean> {
  return confirmations.ask(question)
}
