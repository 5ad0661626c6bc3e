/** The answers to typed questions, in the order of the questions and with the values that these have. */
import { StreamError } from '../../kernel/errors.js'
import type { DecisionAnswer, DecisionQuestion, DecisionResponse } from '../../kernel/hub.js'

/**
 * A format that answers by name gives each question without a name one by its place. A question without an answer was
 * refused.
 *
 * @throws StreamError with the code `invalid_decision` for an answer of another type than its question.
 */
export function answersInOrder(answer: DecisionResponse, questions: readonly DecisionQuestion[]): DecisionResponse {
  const isInOrder =
    answer.answers.length === questions.length &&
    questions.every(({ name }, place) => (answer.answers[place]?.name ?? null) === (name ?? null))
  const byName = new Map(answer.answers.map((each) => [each.name, each]))
  const answers = questions.map((question, place) => {
    const { name = null } = question
    const found = isInOrder ? answer.answers[place] : byName.get(name ?? `question_${place + 1}`)
    return found ? asAsked({ ...found, name }, question) : ({ type: 'refusal', name } as const)
  })
  return { ...answer, answers }
}

function asAsked(answer: DecisionAnswer, question: DecisionQuestion): DecisionAnswer {
  if (answer.type === 'refusal') return answer
  if (answer.type === 'choice' && question.type === 'choice') {
    const valueOf = (given: string | boolean): string | boolean => {
      const values = question.choices.map(({ value }) => value)
      return values.includes(given) ? given : (values.find((value) => String(value) === String(given)) ?? given)
    }
    const probabilities = answer.probabilities.map((each) => ({ ...each, value: valueOf(each.value) }))
    return { ...answer, choice: valueOf(answer.choice), probabilities }
  }
  if (answer.type === 'score' && question.type === 'score') {
    const probabilities = answer.probabilities.map((each) => {
      return { ...each, label: question.levels[each.value]?.label ?? each.label }
    })
    return { ...answer, probabilities }
  }
  if (answer.type === question.type) return answer
  throw new StreamError(`the answer to a ${question.type} is a ${answer.type}`, { code: 'invalid_decision' })
}
