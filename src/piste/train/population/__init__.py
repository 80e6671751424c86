"""Many trainings side by side: members whose settings differ only in knobs share one compiled program."""

from piste.train.population.groups import groups
from piste.train.population.kinds import Known, programs_by_kind
from piste.train.population.member import Member
from piste.train.population.population import Population

__all__ = ["Known", "Member", "Population", "groups", "programs_by_kind"]
