// What the "?" beside each field, figure, chart and panel says, in plain English: what it is, and
// what more or less of it does. Below `export default` this is JSON, so that Python can read it too.
//
// A field is known by its name, all else by what `data-help` says in index.html; "points/hidden" is
// for one lab, and goes before "hidden". Each of `try` is a link that sets up an experiment, what it
// is called, and what it shows: tests/unit/test_try_this.py holds them to their word.

export default {
  "fields": {
    "hidden": {
      "text": "The layers between input and output. More units or more layers can learn more complicated shapes, but take longer and overfit sooner. Write units with commas between, 64,32; the Layers tab builds other kinds.",
      "try": [
        ["#points?shape=exclusive_or&hidden=none&activation=tanh&loss=binary_crossentropy&optimizer=adam&learningRate=0.03&epochs=200", "No hidden layer for exclusive-or", "one neuron can only draw a straight line, so about half of the points stay wrong."],
        ["#points?shape=spiral&hidden=2&activation=tanh&loss=binary_crossentropy&optimizer=adam&learningRate=0.02&decay=cosine&batchSize=20&epochs=400", "Two units for the spiral", "too few to bend the boundary round both arms. Then try 16,16."]
      ]
    },
    "activation": {
      "text": "The function that bends what each hidden unit computes. Without one (linear) all layers together are no more than one straight line; relu is fast and the usual choice, sigmoid and tanh are smooth.",
      "try": [
        ["#points?shape=circle&hidden=8,8&activation=linear&loss=binary_crossentropy&optimizer=adam&learningRate=0.03&epochs=200", "Linear layers for the circle", "16 units, and the boundary is still a straight line. Then choose tanh."],
        ["#points?shape=circle&hidden=8&activation=relu&loss=binary_crossentropy&optimizer=adam&learningRate=1&points=1000&epochs=40", "Dead relu", "steps this large push every unit below 0 for all points. There relu is flat, so nothing can bring a unit back: the plane turns one colour. Then choose leaky_relu."]
      ]
    },
    "learningRate": {
      "text": "How far each update moves the weights. Larger learns faster, until steps overshoot and the loss jumps about or grows; smaller is steadier and slower.",
      "try": [
        ["#points?shape=circle&hidden=4&activation=tanh&loss=binary_crossentropy&optimizer=adam&learningRate=3&points=1000&epochs=40", "A learning rate that is too high", "the loss jumps about and the circle is never found. With 0.03 it is."],
        ["#points?shape=circle&hidden=4&activation=tanh&loss=binary_crossentropy&optimizer=adam&learningRate=0.00003&epochs=200", "A learning rate that is too low", "after 200 epochs the network has hardly begun."],
        ["#temperature?learningRate=0.001", "A learning rate that never settles", "each step overshoots by more than the last, and the loss grows without end."]
      ]
    },
    "epochs": {
      "text": "How many times training goes through all training samples; 0 trains until you press Stop. More epochs fit the training data better; at some point the test loss stops falling, and the network only learns its samples by heart."
    },
    "batchSize": {
      "text": "How many samples are averaged for one update. Small batches update often, with noisy steps; large ones take fewer, steadier steps and run faster per sample.",
      "try": [
        ["#digits?batchSize=1&trainSamples=10000&epochs=1", "Batch size 1", "10,000 updates in one epoch: about 90 % right."],
        ["#digits?batchSize=256&trainSamples=10000&epochs=1", "Batch size 256", "the same samples in a fraction of the time, but only 40 updates: most digits are still wrong."]
      ]
    },
    "optimizer": {
      "text": "How gradients become updates. sgd takes plain steps, momentum and nesterov keep their speed, and adam and rmsprop also give each weight a step size of its own.",
      "try": [
        ["#colours?optimizer=sgd", "Plain sgd for the colours", "it is still on its way when adam, with the same learning rate and epochs, is above 90 %."]
      ]
    },
    "decay": {
      "text": "Whether the learning rate falls during the run. With cosine it ends near 0, so the last steps are fine ones and the loss settles."
    },
    "loss": {
      "text": "The number that training makes small: how wrong the outputs are. Cross-entropy suits classes, and punishes confident mistakes most; squared and absolute errors suit numbers. With each_output every column that is predicted has its own: cross-entropy for classes, squared error for a number."
    },
    "output": {
      "text": "The activation of the last layer. Left empty, it is the one that goes with the loss, such as softmax with categorical_crossentropy."
    },
    "useBias": {
      "text": "Whether each unit has a bias, a number it adds to its weighted sum. Without one, a unit is 0 wherever all of its inputs are."
    },
    "l1": {
      "text": "A penalty on the absolute size of the weights. More of it makes many weights exactly or nearly 0, so the network uses fewer inputs; too much and it learns nothing."
    },
    "l2": {
      "text": "A penalty on the squares of the weights. More of it keeps all weights small and the answers smooth, which works against overfitting; too much and the network underfits.",
      "try": [
        ["#colours?trainSamples=50&batchSize=10&epochs=200&decay=none&hidden=64,64", "Overfitting: 50 samples", "every training sample is right in the end, while the test loss climbs."],
        ["#colours?trainSamples=50&batchSize=10&epochs=200&decay=none&hidden=64,64&l2=0.01", "The same with L2 0.01", "the test loss stays down."]
      ]
    },
    "patience": {
      "text": "Early stopping: training ends once the test loss has not fallen for this many tests, and goes back to the best epoch. A small number stops early, sometimes too early; empty never stops.",
      "try": [
        ["#colours?trainSamples=50&batchSize=10&epochs=200&decay=none&hidden=64,64&patience=5", "Early stopping with 50 samples", "it stops after a few epochs and keeps the weights from before the test loss climbed."]
      ]
    },
    "trainSamples": {
      "text": "How many of the training samples are used; empty for all. With fewer, training is faster, but the network overfits: it learns these few by heart.",
      "try": [
        ["#colours?trainSamples=50&batchSize=10&epochs=200&decay=none&hidden=64,64", "Overfitting: 50 samples", "every training sample is right in the end, while the test loss climbs."],
        ["#colours?trainSamples=50&batchSize=10&epochs=200&decay=none&hidden=64,dropout:0.3,64,dropout:0.3", "The same with dropout", "units that are left out at random cannot rely on each other: the test loss climbs much less."]
      ]
    },
    "seed": {
      "text": "The number that all randomness starts from. The same seed repeats a run exactly; another one draws other weights and another order, which shows how much of a result was luck."
    },
    "engine": {
      "text": "What does the arithmetic: the project's own WebAssembly, or NumPy. Results agree up to rounding; WebAssembly is many times as fast."
    },
    "gradients": {
      "text": "How gradients are found. Backpropagation computes all of them in one pass back through the network; numerical nudges each weight and measures the loss, which takes two passes per weight.",
      "try": [
        ["#points?gradients=numerical&epochs=25", "Numerical gradients", "the network learns the same, only more slowly."]
      ]
    },
    "augment": {
      "text": "Random changes to each picture every time it is trained on: shift in pixels, rotate in degrees, zoom as a share. Some makes the network robust; too much makes pictures that it will never meet."
    },
    "colours": {
      "text": "How many colours are made to learn from. More of them show the network finer boundaries between names, and each epoch takes longer."
    },
    "heldOut": {
      "text": "The percentage of rows, 0 to 50, kept out of training to test with: more makes the test more reliable and leaves less to learn from. Empty means a fifth, or none of fewer than 30 rows."
    },
    "missing": {
      "text": "What happens to rows with empty inputs: fill puts in the column's middle value, drop leaves those rows out."
    },
    "points": {
      "text": "How many points are drawn. With few the network may learn accidents of where they lie; with many the true boundary shows."
    },
    "noise": {
      "text": "How much the data is blurred, 0 to 0.5. With more, some points lie on the wrong side, and no honest boundary gets all of them right.",
      "try": [
        ["#points?noise=0.5&points=1000&epochs=100", "A lot of noise", "the accuracy levels off well below 100 %, however long it trains."]
      ]
    },
    "curve": {
      "text": "The curve that the network learns to go on with. Each brings nothing but its numbers: the network is not told what made them. Or draw your own over the plot.",
      "try": [
        ["#curve?curve=two_waves&epochs=100", "Two waves", "they hardly ever meet in the same way again, and yet what comes next follows from what was before."],
        ["#curve?curve=saw", "A saw", "each tooth ends at once. A straight line through the last two values is wrong just there; the network learns when a tooth is due."],
        ["#curve?hidden=none&epochs=30", "A sine without a hidden layer", "each value of a wave is a weighted sum of those before, so a single neuron finds it at once and goes on with it. With all that repeats within its window it does; with chaos it does not."],
        ["#curve?curve=chaos&values=200&steps=16&epochs=120", "Chaos", "each value follows from the one before, and the network finds how: one step ahead it is close. On its own it looks alike and is wrong after a dozen steps, for the smallest error grows with each."]
      ]
    },
    "values": {
      "text": "How many values the curve has. More of them are more to learn from; the end that is held out grows too."
    },
    "curve/noise": {
      "text": "How much chance is added to each value, 0 to 0.5. What is chance cannot be foretold: the best network is off by it too.",
      "try": [
        ["#curve?noise=0.3", "A noisy sine", "the network is closer than both yardsticks, for it does not mistake noise for movement. How it goes on is smooth."]
      ]
    },
    "steps": {
      "text": "How many values are in a window that the network learns from, each answered with the one after it. What happens less often than once in a window is hard to learn. A recurrent network remembers what was before its window when it goes on; others see only that much.",
      "try": [
        ["#curve?steps=4", "Windows of four values", "enough to be close one step ahead, and yet on its own the network goes astray: its errors add up, and nothing has taught it to get back."]
      ]
    },
    "text": {
      "text": "The text that the network learns to write: the names of 8,000 places where English is spoken, by GeoNames, or Alice's Adventures in Wonderland by Lewis Carroll. Or open your own: names, one a line, or any text.",
      "try": [
        ["#text?text=alice&hidden=embedding:32,gru:128&steps=64&epochs=10", "A book", "after a minute it writes in lines as long as those of the book, and most of the words are real."]
      ]
    },
    "text/hidden": {
      "text": "The layers between characters and answers. An embedding learns a few numbers for each character; gru, lstm and rnn remember what came before; position and transformer look back at it instead.",
      "try": [
        ["#text?hidden=embedding:32", "Without a memory", "it sees only the character before the next one, so it comes to what bigrams know, and no further."],
        ["#text?hidden=embedding:32,rnn:64", "The simplest memory", "a plain recurrent layer learns names too, a little worse than one with gates."]
      ]
    },
    "text/steps": {
      "text": "How many characters are in a window that the network learns from, each answered with the one after it. It begins each window without a memory, so what lies further back than that cannot be learnt."
    },
    "text/heldOut": {
      "text": "The percentage of the text, 1 to 50, at its end that the network never learns from. How well it expects that tells whether it has learnt the language or knows the text by heart."
    },
    "heat": {
      "text": "How daring it writes. At 0 the likeliest character always comes, which soon goes round in circles; at 1 each comes as often as the network expects it; above that, unlikely ones come more often."
    },
    "curve/heldOut": {
      "text": "The percentage of the values, 0 to 50, at the end of the curve that the network never learns from. On it you see what it has understood: a curve that it knows by heart does not go on there."
    },
    "testShare": {
      "text": "The percentage of points, 0 to 90, kept out of training to test with: more makes the test more reliable and leaves less to learn from. With 0 it is tested on what it has learnt."
    },
    "brush": {
      "name": "Click to add",
      "text": "What a click on the plane does: add a point of this class, or drag or remove the one that is there. Added points are always trained on, and one deep in the other class bends the boundary most."
    },
    "speed": {
      "text": "How long a whole run takes by the clock, so that you can watch each change; move it in the middle of a run if you like. It does not change the result, and a machine that cannot go so fast goes as fast as it can."
    },
    "pen": {
      "text": "How thick a stroke is. Drawings are scaled and centred as MNIST's digits were, so a very thin or thick pen makes digits that look unlike those."
    },
    "saturation": {
      "text": "How vivid the colours in the two pictures are: 0 % shows only greys, 100 % pure colours."
    }
  },
  "figures": {
    "epoch": {
      "name": "Epoch",
      "text": "The pass through the training samples that is going on, and how many there will be."
    },
    "loss": {
      "name": "Loss",
      "text": "How wrong the network was on the training samples it has just seen, averaged. Lower is better; 0 is perfect."
    },
    "trainAccuracy": {
      "name": "Train accuracy",
      "text": "The share of training samples just seen that the network got right. If it is far above the test accuracy, the network has overfitted."
    },
    "accuracy": {
      "name": "Test accuracy",
      "text": "The share of test samples, which training never uses, that the network gets right: the figure that counts. For numbers it is R²: 1 is perfect, 0 no better than always answering the mean."
    },
    "step": {
      "name": "Step and Epoch",
      "text": "Step trains on one mini-batch, Epoch to the end of the epoch, and then both stop. They are steps of the run that Train would do: it goes on from there to the same result."
    },
    "throughput": {
      "name": "Samples/s",
      "text": "Training samples per second. Larger networks are slower; larger batches are usually faster."
    },
    "timeLeft": {
      "name": "Time left",
      "text": "How long the rest of the run takes at the speed of the last few seconds."
    },
    "sees": {
      "name": "it sees",
      "text": "Your drawing as the network gets it: scaled, centred and reduced to a small grid of grey pixels, as MNIST's digits were."
    },
    "prediction": {
      "name": "It says",
      "text": "The class with the largest output. The bars below show every output: one long bar is a confident answer, several of equal length are a guess. Those of softmax add up to 100 %; sigmoid judges each class alone, so its need not."
    },
    "probabilities": {
      "name": "Outputs",
      "text": "The network's output for each class. One long bar is a confident answer, several of equal length are a guess. Those of softmax add up to 100 %; sigmoid judges each class alone, so its need not."
    },
    "strip": {
      "name": "as the network names them",
      "text": "Every colour of this part of the colour space, painted as the name that the network gives it. Where the paint changes, the network draws a boundary."
    },
    "trueStrip": {
      "name": "as they are",
      "text": "The same colours as they are, to compare: hue across, lightness downwards."
    },
    "probe": {
      "name": "Output here",
      "text": "The network's answer at the cross in the plane, from 0 for blue to 1 for orange. Near 0.5 it cannot decide; the line through the plane is where that happens."
    },
    "expected": {
      "name": "Expected next",
      "text": "The character that the network holds for the likeliest after what stands under Begin with, and below it the likeliest eight. ␣ is a space and ↵ the end of a line."
    },
    "bits": {
      "name": "Bits for a character",
      "text": "How many bits a file would take for each character, if the network's expectations were used to pack it: 1 bit is a guess between two, 2 between four. Bigrams know only which character follows which, gzip finds what was there before. Fewer is better."
    },
    "verdict": {
      "name": "One step ahead",
      "text": "How far the network is off on the held-out end, where it is told all values up to the one it is asked for. Beside it, who has learnt nothing: who says the same as last, and who draws a straight line through the last two. A network that is no closer than these has found out nothing."
    },
    "cost": {
      "name": "What a step costs",
      "text": "The same gradients, found in two ways and timed. Backpropagation needs one pass forward and one back, however many weights there are; nudging needs two passes per weight, so the gap grows with the network."
    },
    "parameters": {
      "name": "The neuron",
      "text": "All that the neuron has learnt: its weight w and its bias b, beside the values of the true formula. The bias takes longest, because w covers for it first."
    }
  },
  "charts": {
    "loss": {
      "name": "Loss over time",
      "text": "The loss after so many samples, on training and test data. Both should fall; where the test line turns upwards while training still falls, the network overfits."
    },
    "accuracy": {
      "name": "Accuracy over time",
      "text": "The share of right answers after so many samples. A gap between training and test shows how much the network has learnt by heart."
    },
    "compare": {
      "name": "Runs compared",
      "text": "One line for each run of the table, in its colour, on the same axes: a steeper line learns faster, and a line that ends better has learnt more."
    }
  },
  "panels": {
    "digits/lead": {
      "text": "Draw a digit and the network says which one it is, with the weights it has now. An untrained network only guesses."
    },
    "colours/lead": {
      "text": "Set the inputs and the network answers at once, with the weights it has now. An untrained network only guesses."
    },
    "points/lead": {
      "text": "Each dot is a sample with two inputs, x and y, and a class, its colour. The background is the network's answer everywhere: training moves its boundary until the dots lie on the right side. A shape brings a network that suits it; of settings of your own only once it is pressed again."
    },
    "temperature/lead": {
      "text": "One neuron, y = w · x + b, learns from examples how Celsius becomes Fahrenheit. Its line should come to lie on the dots; the slider asks it for one temperature."
    },
    "text/lead": {
      "text": "A network reads a text one character after another and learns to expect the next. What it writes is drawn from these expectations, one character at a time, each of which it then reads. At first they are random."
    },
    "text/data": {
      "text": "What the network learns from: a built-in text, or one of your own, which stays on your machine. Characters that are rare count as one, �."
    },
    "memory": {
      "name": "Memory",
      "text": "How the network reads a piece of the text that it never learns from. Choose one of its units: warm where it is above 0, cold below. Some follow the word, some the line. A head of attention shows where it looks from one character: click one, or use the arrow keys."
    },
    "curve/lead": {
      "text": "A network that is given values one after another and learns to say which comes next. Its own answers, given back to it, are how the curve goes on. Untrained, it only guesses."
    },
    "train": {
      "text": "Train starts a run with the settings, Stop interrupts it, and Continue goes on. Test tries the network on data that it was not trained on; Reset draws fresh weights."
    },
    "settings": {
      "text": "What makes an experiment. The buttons are good places to start; the page's address always holds all settings, so a copied link repeats the run."
    },
    "weights": {
      "text": "What a network has learnt is its weights. Save them as a file, or open a file to go on with that network."
    },
    "digits/data": {
      "text": "What the network learns from: MNIST's handwritten digits, or pictures of your own. They stay on your machine."
    },
    "colours/data": {
      "text": "What the network learns from: colours named by fixed rules, or a table of your own. It stays on your machine."
    },
    "points/data": {
      "text": "What the network learns from: one of the shapes above, or points from a table of your own. They stay on your machine."
    },
    "curve/data": {
      "text": "What the network learns from: a built-in curve, one that you draw, or a column of numbers from a table, in the order of its rows. They stay on your machine."
    },
    "ownClasses": {
      "name": "Your own classes",
      "text": "Teach the network your own signs: add a few drawings or camera pictures for each class, then train on these. More, and more varied, examples make it more reliable. ▾ shows those of a class; what you delete comes back by Undo."
    },
    "eye": {
      "text": "What each unit or filter of the first layer looks for, as a picture. Before training it is noise; after, you can make out strokes and edges."
    },
    "digits/test": {
      "text": "Which digit was taken for which: rows are the true digits, columns the answers, and the diagonal is right. Beside it are the worst mistakes."
    },
    "colours/test": {
      "text": "How good the answers are on rows that were held out: for classes, which was taken for which; for numbers, each answer against the true value, with good ones on the diagonal."
    },
    "answers": {
      "text": "What the network says of your pictures without labels, to look through or save. Nobody knows here whether it is right."
    },
    "layers": {
      "text": "The network row by row: what each layer is, the shape of its output, and how many parameters it has. More parameters can learn more, and take longer."
    },
    "compare": {
      "text": "Trains several settings one after another, on the same data and from fresh weights, so that you see what one change does. The lab's own network stays as it is."
    },
    "pass": {
      "text": "Follows one sample through the network and back: each sum, the loss, the gradient of one weight, and its update, with the network's own numbers and the code behind them."
    },
    "why": {
      "text": "What spoke for the network's two best answers (warm) and against them (cold), and the hidden units that decided. For a row of inputs, also the smallest change that leads to another answer.",
      "try": [
        ["#digits?hidden=none&useBias=true&loss=categorical_crossentropy&optimizer=adam&learningRate=0.002&batchSize=32&epochs=1&trainSamples=10000", "No hidden layer for the digits", "with one layer Why is exact: what spoke for an answer, what spoke against it and the bias add up to z."]
      ]
    },
    "landscape": {
      "text": "The loss as a map: each place is the network with other weights, and dark is a low loss. Training walks downhill from its start to the dot; with a learning rate that is too high it jumps from wall to wall of the valley.",
      "try": [
        ["#temperature?learningRate=0.0005&epochs=2000", "Into the valley", "w jumps to where it makes up for the missing b at once, and then both creep along the floor of the valley, w down and b up."]
      ]
    },
    "gradients": {
      "text": "Checks backpropagation: each weight is nudged up and down, and the change in the loss is compared with the computed gradient. The two should agree to several digits."
    },
    "code": {
      "text": "The experiment as a short Python program, to read and to change. Run does what it says on the lab's data, beside the lab's own network; Stop ends it, whatever it does. Saved, it runs in a terminal or as a notebook, with the same result."
    },
    "space": {
      "text": "A slice of the colour space, and how the network names each colour in it. As training goes on, the boundaries move to where people see them."
    },
    "columns": {
      "text": "Which columns of the table are inputs and which the network predicts, and what each is taken for. Leave out columns that would not be known in advance."
    },
    "rows": {
      "text": "The network's answer for every row of a table, to read or to download."
    },
    "importance": {
      "text": "How much the answers depend on each input: a column is shuffled, so that it says nothing, and the test is repeated. The longer the bar, the more the network relies on that column."
    },
    "network": {
      "text": "Every neuron, drawn as the picture it makes of the plane; point at one to see it large. Lines are weights and dots biases, thicker where they are larger: click one to set it. The buttons add and remove neurons and layers."
    },
    "looks": {
      "text": "What the network expects next depends on the values before it, and on some more than on others. Of a smooth curve the latest counts for more than itself, and some just before it count against: that is where it is heading. Untrained, none counts for much.",
      "try": [
        ["#curve?hidden=none&epochs=30", "A single neuron", "its weights are the bars: it may look anywhere in its window, and does, where a recurrent network looks at the latest few."]
      ]
    },
    "units": {
      "text": "What the units of the first layer answer over the end of the curve, each on the same scale. Before training they hardly follow it; after, they swing with it, some ahead of others. Their weighted sum is the answer."
    },
    "steps": {
      "text": "Learning in seven steps, each with the very code that runs here."
    }
  }
};
