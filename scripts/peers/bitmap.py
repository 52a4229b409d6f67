"""What tini's tests use of the package bitmap: the numbers of the bits that are set."""


class BitMap:
    def __init__(self, digits):
        self.digits = digits

    @classmethod
    def fromstring(cls, digits):
        return cls(digits)

    def nonzero(self):
        return [n for n, digit in enumerate(reversed(self.digits)) if digit == '1']
