/** Layers and tools differ in what they call a generation: one says `chat` where the other says `text_completion`. */
export function kindOf(operation: string): string {
  return operation === 'text_completion' || operation === 'generate_content' ? 'chat' : operation
}
