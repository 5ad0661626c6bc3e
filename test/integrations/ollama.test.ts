import { testIntegration } from './matrix.js'
import spec from './ollama.case.js'

testIntegration(spec, 'ollama.case.ts')
