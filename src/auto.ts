/** `import 'tracestitch/auto'`: `autolog()` with the environment as its only options. */
import { autolog } from './index.js'

autolog()
