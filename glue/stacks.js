// Python is kept on the page's own stack: this is to run before Pyodide looks for others.

// Where WebAssembly can switch stacks, Pyodide runs all that Python schedules on a stack of its own,
// and now and then Chromium's garbage collector reads past the end of it: the tab crashes, about once
// in some hundred visits (issue 6106 of Pyodide, on GitHub). The page never waits within Python,
// which is what stacks are switched for.
delete WebAssembly.Suspending;
