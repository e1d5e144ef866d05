"""How far the members of a sample lie apart: the spread of a class in a feature space."""

from torch import Tensor, cdist

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import Interval, jackknife


def mean_pairwise_distance(features: Tensor) -> Interval:
    """U = 1/(n(n-1)) sum_{i != j} |y_i - y_j| over features [N, F], with its jackknife interval.

    Without sample i the statistic is U_i = (s - 2 s_i) / ((n-1)(n-2)), where s_i sums row i of the distances and s all
    of them: leaving every sample out costs no more than the rows' sums (Arvesen, Jackknifing U-statistics, 1969).
    """
    n = len(features)
    if features.ndim != 2 or n < 3:
        raise SaddlepointError(f"features {list(features.shape)}", "mean pairwise distance", "give [N, F], N >= 3")
    y = features.double()
    rows = cdist(y, y, compute_mode="donot_use_mm_for_euclid_dist").sum(1)
    total = rows.sum()
    return jackknife(float(total / (n * (n - 1))), (total - 2 * rows) / ((n - 1) * (n - 2)))
