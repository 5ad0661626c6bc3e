import { testIntegration } from './matrix.js'
import spec from './pi-ai.case.js'

testIntegration(spec, 'pi-ai.case.ts')
