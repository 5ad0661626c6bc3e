/** One name for a generation: some layers and tools call it `chat`, others `text_completion` or `generate_content`. */
export function kindOf(operation: string): string {
  return operation === 'text_completion' || operation === 'generate_content' ? 'chat' : operation
}
