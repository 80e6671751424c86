"""What there is to choose from: explicit ordered lists, one line and one comment each."""

from piste.nn.activations import Activation, PReLU
from piste.nn.attention import MultiHeadAttention
from piste.nn.augment.augmentation import Augmentation
from piste.nn.augment.colour import ColourJitter
from piste.nn.augment.cutout import Cutout
from piste.nn.augment.flip import Flip
from piste.nn.augment.mixing import CutMix, Mixup
from piste.nn.augment.noise import Noise
from piste.nn.augment.rotate import Rotate
from piste.nn.augment.scale import Crop, Scale
from piste.nn.augment.shift import Shift
from piste.nn.augment.steps import StepCrop, StepMask
from piste.nn.augment.swap import SwapNoise
from piste.nn.branches import Add, Concatenate, Multiply
from piste.nn.convolution import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.embedding import Embedding, LearnedPositions, Masking, SinusoidalPositions
from piste.nn.ensemble import Ensemble
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm, Standardise
from piste.nn.numbers import NumberEmbedding
from piste.nn.pooling import AveragePool, GlobalAveragePool, GlobalMaxPool, LastStep, MaxPool
from piste.nn.ragged import Ragged
from piste.nn.recurrent import GRU, LSTM, RNN, Bidirectional
from piste.nn.residual import DenseConnection, Residual
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten, Permute, Reshape
from piste.nn.transformer import TransformerBlock
from piste.nn.transposed import TransposedConv1D, TransposedConv2D

LAYERS: tuple[type[Layer], ...] = (
    Sequential,  # layers one after another
    Residual,  # a body added to its inputs
    DenseConnection,  # a body's outputs beside its inputs
    Concatenate,  # branches side by side
    Add,  # the sum of branches
    Multiply,  # the product of branches: gates
    Ensemble,  # the mean answer of whole networks
    Dense,  # weighted sums of all inputs
    Conv1D,  # weighted sums of a window of steps
    Conv2D,  # weighted sums of a window of a picture
    DepthwiseConv1D,  # a window of steps, each feature by itself
    DepthwiseConv2D,  # a window of a picture, each channel by itself
    TransposedConv1D,  # longer sequences
    TransposedConv2D,  # larger pictures
    Activation,  # a non-linearity by name
    PReLU,  # a leaky ReLU whose slope is learned
    BatchNorm,  # normalisation over the batch
    LayerNorm,  # normalisation over the features of a place
    GroupNorm,  # normalisation over groups of channels of an example
    InstanceNorm,  # normalisation over each channel of an example
    RMSNorm,  # division by the root mean square
    Standardise,  # fixed numbers of the train split
    Dropout,  # units silenced at random
    ChannelDropout,  # whole feature maps silenced at random
    StochasticDepth,  # whole branches silenced at random
    MaxPool,  # the largest of each window
    AveragePool,  # the mean of each window
    GlobalMaxPool,  # the largest of the whole sequence or picture
    GlobalAveragePool,  # the mean over the whole sequence or picture
    LastStep,  # what a causal network knows at the end
    Embedding,  # a learned vector per token
    NumberEmbedding,  # each number of a table as a vector
    Masking,  # steps of one value marked as filling
    Ragged,  # steps after the end of a sequence marked as filling
    LearnedPositions,  # a learned vector per position
    SinusoidalPositions,  # fixed waves per position
    RNN,  # the simple recurrent layer
    LSTM,  # long short-term memory
    GRU,  # gated recurrent unit
    Bidirectional,  # a recurrent layer in both directions
    MultiHeadAttention,  # every step looks at every other
    TransformerBlock,  # attention and a small network, residual
    Flatten,  # any shape to one axis
    Reshape,  # one shape to another
    Permute,  # axes in another order
)
"""Every layer that a model file may name."""

AUGMENTATIONS: tuple[type[Augmentation], ...] = (
    Shift,  # pictures moved by whole pixels
    Flip,  # pictures mirrored
    Crop,  # windows of pictures, enlarged
    Scale,  # pictures nearer or farther
    Rotate,  # pictures turned
    ColourJitter,  # pictures in another light
    Cutout,  # pictures with a box hidden
    CutMix,  # a box of one picture in another
    Mixup,  # two examples blended
    Noise,  # every value disturbed a little
    StepCrop,  # windows of sequences, stretched
    StepMask,  # sequences with a run of steps hidden
    SwapNoise,  # columns taken from other examples
)
"""Every augmentation that a setting may name."""
