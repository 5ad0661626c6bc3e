/**
 * `generateContent`: https://ai.google.dev/api/caching#Content, https://ai.google.dev/gemini-api/docs/function-calling,
 * https://ai.google.dev/gemini-api/docs/thought-signatures.
 */
import { isObject } from '../../../src/kernel/json.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { each, matches, objects, type Rule } from './read.js'

const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/

function named(part: JsonObject): boolean {
  return [part.inlineData, part.fileData].some((data) => isObject(data) && 'displayName' in data)
}

function partProblems(part: JsonObject, isThree: boolean, isVertex: boolean): string[] {
  const { functionCall: call, functionResponse: response } = part
  const media = isObject(response) ? objects(response.parts) : []
  return [
    ...(Object.keys(part).length === 0 ? ['an empty part'] : []),
    ...(isVertex && part.text === '' ? ['it has an empty text parameter'] : []),
    ...(isObject(call) ? matches(NAME, call.name, 'the function') : []),
    ...(isObject(response) ? matches(NAME, response.name, 'the function') : []),
    ...(isObject(response) && !isObject(response.response) ? ['the response is no object'] : []),
    ...(media.length > 0 && !isThree ? ['Multimodal function responses are not supported'] : []),
    ...(!isVertex && [part, ...media].some(named) ? ['displayName is not supported in Gemini API'] : []),
  ]
}

export function geminiRules(isVertex: boolean): Rule {
  return (body, { model }) => {
    const isThree = /gemini-3|-latest/.test(model)
    const contents = objects(body.contents)
    const partsOf = (at: number): JsonObject[] => objects(contents[at]?.parts)
    const calls = (at: number): JsonObject[] => partsOf(at).filter((part) => isObject(part.functionCall))
    const responses = (at: number): JsonObject[] => partsOf(at).filter((part) => isObject(part.functionResponse))
    const turnStart = contents.findLastIndex(
      ({ role, parts }) => role === 'user' && objects(parts).some((part) => !isObject(part.functionResponse)),
    )
    return [
      ...(contents.length === 0 ? ['contents is not specified'] : []),
      ...(contents[0]?.role === 'model' ? ['the first turn is the model’s'] : []),
      ...each(contents, 'contents', ({ role }, at) => [
        ...(role === 'user' || role === 'model' ? [] : ['Please use a valid role: user, model']),
        ...(contents[at - 1]?.role === role ? ['turns of one role follow each other'] : []),
        ...(partsOf(at).length === 0 ? ['must include at least one parts field'] : []),
        ...each(partsOf(at), 'parts', (part) => partProblems(part, isThree, isVertex)),
        ...(calls(at).length !== responses(at + 1).length
          ? ['the number of function response parts is not that of the function call parts']
          : []),
        ...(responses(at).length > 0 && contents[at - 1]?.role !== 'model'
          ? ['a function response after no call']
          : []),
        ...(isThree && at > turnStart && calls(at)[0] && !calls(at)[0]?.thoughtSignature
          ? ['Function call is missing a thought_signature']
          : []),
      ]),
      ...each(isObject(body.systemInstruction) ? body.systemInstruction.parts : [], 'systemInstruction', (part) =>
        partProblems(part, isThree, isVertex),
      ),
    ]
  }
}
