"""A small convolutional classifier, whose penultimate layer serves as a feature space for judging samples.

x         [B, C, H, W], values in [-1, 1]
features  [B, F], activations of the last hidden layer, >= 0
logits    [B, K], one per class
"""

from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError


class Classifier(nn.Module):
    """Stages of `depth` (convolution 3x3, normalisation, ReLU), each stage halving the picture by its maxima; then one
    hidden layer of `features` rectified units, and a linear layer to the logits (after LeCun et al., Gradient-based
    learning applied to document recognition, 1998, with batch normalisation: Ioffe and Szegedy 2015).

    widths   the channels of each stage; the picture must be at least 2^len(widths) high and wide
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        classes: int,
        features: int = 96,
        widths: tuple[int, ...] = (32, 64, 96),
        depth: int = 1,
    ) -> None:
        super().__init__()
        rows, columns = height >> len(widths), width >> len(widths)
        if min(rows, columns) < 1:
            raise SaddlepointError(
                f"pictures of {height} x {width} are too small for {len(widths)} halvings",
                "Classifier",
                "give fewer widths",
            )
        inputs = (channels, *widths[:-1])
        self.stages = nn.Sequential(*(_stage(i, o, depth) for i, o in zip(inputs, widths)))
        self.hidden = nn.Linear(widths[-1] * rows * columns, features)
        self.head = nn.Linear(features, classes)

    def features(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, F], the penultimate layer."""
        return self.hidden(self.stages(x).flatten(1)).relu()

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> logits [B, K]."""
        return self.head(self.features(x))


def _stage(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    """`depth` convolutions, the first from `inputs` to `outputs` channels, and a halving."""
    layers: list[nn.Module] = []
    for channels in (inputs, *[outputs] * (depth - 1)):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))
