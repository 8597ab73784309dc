// What the guided tour of each lab says: where it points, by the id that an element has in every
// lab, and what it says of it. With `press`, Train is pressed for the visitor;
// `otherwise` is said where that would put a new network in the place of one that has learnt.

const TRAIN = {
  at: "train",
  say: "Train is pressed for you. The network looks at samples, and after each few of them changes every weight a little, so that it would have been less wrong.",
  otherwise: "Train would begin with a new network here, so that is left to you. It looks at samples, and after each few of them changes every weight a little, so that it would have been less wrong.",
  press: true,
};
const LOSS = {
  at: "lossChart",
  say: "This is the loss: how wrong it is. It falls while the network learns. The line with dots is the loss on data that it never trains on.",
};
const SPEED = {
  at: "speed",
  say: "How fast the run goes by the clock. Make it slower to watch each change, or press Step for a single one. The result is the same.",
};
const MORE = {
  at: "settings",
  say: "Now it is yours: change a setting and train again. Each “?” says what something is, and has experiments to try. That was the tour.",
};

export default {
  digits: [
    { at: "canvas", say: "Draw a digit here, with mouse, finger or pen. So far the network has learnt nothing, or what you have taught it: its answer below may be a guess." },
    TRAIN,
    LOSS,
    { at: "eye", say: "What each unit of the first layer looks for: noise at first, and after a while strokes and gaps." },
    { at: "prediction", say: "Its answer to your drawing follows while it learns. The bars below say how sure it is." },
    SPEED,
    MORE,
  ],
  colours: [
    { at: "swatch", say: "A colour, and the name that the network gives it. Until it has learnt, that is a guess." },
    TRAIN,
    { at: "strip", say: "All colours at once, each painted as the name it gets. The boundaries move to where people see them." },
    LOSS,
    { at: "sliders", say: "Move the sliders meanwhile: the answer is always that of the network as it is now." },
    SPEED,
    MORE,
  ],
  points: [
    { at: "plane", say: "Each dot is a sample: a place, and a class, its colour. The background is what the network answers everywhere. Untrained, it only guesses." },
    TRAIN,
    { at: "plane", say: "Watch the line: it moves until orange dots lie on one side and blue ones on the other." },
    LOSS,
    { at: "network", say: "The network itself. Each square is a neuron and shows what it makes of the plane; lines are weights, thicker where they are larger. Point at a neuron to see it large, click a weight to set it." },
    SPEED,
    MORE,
  ],
  temperature: [
    { at: "plot", say: "The dots are examples of what Celsius is in Fahrenheit. The line is what one neuron answers: w times the temperature plus b." },
    TRAIN,
    { at: "parameters", say: "Its two numbers, w and b, next to the true ones. w is found at once; b takes its time." },
    LOSS,
    { at: "landscapePanel", say: "Here is the loss as a map: training walks down into the valley and along its floor." },
    SPEED,
    MORE,
  ],
  text: [
    { at: "sampleBox", say: "This is what the network writes, one character after the other. It has learnt nothing yet, or what you have taught it: at first these are random letters." },
    TRAIN,
    { at: "sampleBox", say: "Watch: first it finds the commonest letters, then syllables, and soon names that nobody gave it. Below stands how many of them are not in the text." },
    { at: "next", say: "What it expects next, after what you type under Begin with. Type a letter or two, and see its mind change." },
    { at: "yardsticks", say: "How many bits it needs for a character that it never learnt, beside two who have not learnt, but counted: bigrams and gzip." },
    LOSS,
    SPEED,
    MORE,
  ],
  curve: [
    { at: "plot", say: "A curve, from left to right. The network learns from its dark part and never sees the grey end. Draw over it to have it learn yours." },
    TRAIN,
    { at: "plot", say: "Watch how it goes on: the network is given its own answers. At first they are nothing, then they begin to swing as the curve does." },
    { at: "yardsticks", say: "How far it is off on the grey end, one step ahead, beside two who have learnt nothing: a straight line, and the same as last." },
    LOSS,
    SPEED,
    MORE,
  ],
};
